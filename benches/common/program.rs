//! Child processes that print one line once they listen.

use crate::Outcome;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A running program, killed when dropped.
pub struct Program {
    child: Child,
    /// The first line of its output.
    pub line: String,
}

impl Program {
    /// Starts a program and waits for the first line of its output, which it prints when it listens.
    pub fn start(command: &mut Command) -> Outcome<Program> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot start {name}: {error}"))?;
        let mut program = Program { child, line: String::new() };
        let output = program.child.stdout.take().ok_or("a program has no output")?;
        BufReader::new(output).read_line(&mut program.line)?;
        if program.line.is_empty() {
            return Err(format!("{name} ended before it listened").into());
        }
        Ok(program)
    }

    /// Returns the process id, its name in `/proc`.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks the program to stop and waits for it.
    pub fn stop(mut self) -> Outcome<()> {
        Command::new("kill").arg(self.id().to_string()).status()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Both fail only if it has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
