//! The program as a process of its own, for tests of what happens between processes.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};

/// A `camulator serve` that was started; killed when it is dropped.
pub struct Process {
    child: Child,
    out: BufReader<ChildStdout>,
    errors: ChildStderr,
}

impl Process {
    /// Starts it on a free port, with its keys and tokens in `data_dir`.
    pub fn serve(data_dir: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Process {
        Process::start(Command::new(env!("CARGO_BIN_EXE_camulator")), data_dir, arguments, variables)
    }

    /// The same, with a limit on the size of every file, which acts like a full disk.
    pub fn serve_on_full_disk(kilobytes: u64, data_dir: &Path, arguments: &[&str]) -> Process {
        let mut shell = Command::new("bash");
        // The signal would end the process; when it is ignored, the write fails instead.
        let limit = format!("trap '' XFSZ; ulimit -f {kilobytes}; exec \"$0\" \"$@\"");
        shell.args(["-c", &limit, env!("CARGO_BIN_EXE_camulator")]);
        Process::start(shell, data_dir, arguments, &[])
    }

    fn start(mut command: Command, data_dir: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Process {
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CAMULATOR_")) {
            command.env_remove(name);
        }
        command.args(["serve", "--listen", "127.0.0.1:0", "--log", "json", "--data-dir"]).arg(data_dir);
        command.args(arguments).envs(variables.iter().copied());
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (out, errors) = (BufReader::new(child.stdout.take().unwrap()), child.stderr.take().unwrap());
        Process { child, out, errors }
    }

    /// Returns what it says when it is ready, or the line with which it refuses to start.
    pub fn ready(&mut self) -> Result<Value, String> {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        if !line.is_empty() {
            return Ok(serde_json::from_str(&line).unwrap());
        }
        let mut said = String::new();
        self.errors.read_to_string(&mut said).unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(2), "{said}");
        let refusal: Vec<&str> = said.lines().filter(|line| line.starts_with("camulator: ")).collect();
        assert_eq!(refusal.len(), 1, "one clear line: {said}");
        Err(refusal[0].to_owned())
    }

    /// Stops it and returns all that it has said after the first line.
    pub fn end(mut self) -> String {
        let _ = self.child.kill();
        let mut said = String::new();
        self.out.read_to_string(&mut said).unwrap();
        self.errors.read_to_string(&mut said).unwrap();
        said
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
