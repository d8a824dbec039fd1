//! Valgrind's `callgrind`: runs programs under it and reads its counter.

use crate::Outcome;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The C library chooses its copying and searching functions by the CPU. Without these features it takes the plain
/// ones on every machine. Names that a version does not know are ignored.
const PLAIN: &str = "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX512BW,-AVX2,-AVX2_Usable,-AVX,-AVX_Fast_Unaligned_Load,\
                     -ERMS,-FSRM,-RTM,-BMI1,-BMI2,-SSE4_2,-SSE4_1,-SSSE3";

/// Returns why nothing can be counted here, if so.
pub fn unusable() -> Option<String> {
    if !cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        return Some("the budget is for Linux on x86-64".to_owned());
    }
    // Valgrind shows programs the same CPU everywhere, but it has AVX2 only where the machine has. Some crates use it.
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    if !info.split_ascii_whitespace().any(|flag| flag == "avx2") {
        return Some("the budget is for a CPU with AVX2".to_owned());
    }
    let missing = |program: &str| {
        let tried = Command::new(program).arg("--help").stdout(Stdio::null()).stderr(Stdio::null()).status();
        tried.is_err().then(|| format!("{program} is missing; install the package `valgrind`"))
    };
    missing("valgrind").or_else(|| missing("vgdb"))
}

/// Returns valgrind's version.
pub fn version() -> Outcome<String> {
    let output = Command::new("valgrind").arg("--version").output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Returns the command that runs a program under `callgrind`, with its files in `directory`.
pub fn command(directory: &Path, options: &[&str], program: &Path) -> Command {
    let mut command = Command::new("valgrind");
    command
        .args(["--tool=callgrind", "--quiet"])
        .arg(format!("--callgrind-out-file={}", directory.join("counted").display()))
        .arg(format!("--vgdb-prefix={}", directory.join("vgdb").display()))
        .args(options)
        .arg(program)
        .env("GLIBC_TUNABLES", PLAIN)
        // Under valgrind some statements are so slow that sqlx warns.
        .env("CAMULATOR_LOG_FILTER", "error")
        // One thread for the runtime: several look for each other's work as long as the scheduler lets them.
        .env("TOKIO_WORKER_THREADS", "1");
    command
}

/// The counter of a running program.
pub struct Counter {
    process: u32,
    directory: PathBuf,
    dumps: usize,
}

impl Counter {
    /// Starts counting in a program that was started with `--instr-atstart=no`.
    pub fn start(process: u32, directory: &Path) -> Outcome<Counter> {
        let counter = Counter { process, directory: directory.to_owned(), dumps: 0 };
        counter.tell(&["instrumentation", "on"])?;
        Ok(counter)
    }

    /// Returns the instructions that all threads have run since the last call.
    pub fn take(&mut self) -> Outcome<u64> {
        self.tell(&["dump"])?;
        self.dumps += 1;
        total(&self.directory.join(format!("counted.{}", self.dumps)))
    }

    fn tell(&self, words: &[&str]) -> Outcome<()> {
        let output = Command::new("vgdb")
            .arg(format!("--vgdb-prefix={}", self.directory.join("vgdb").display()))
            .arg(format!("--pid={}", self.process))
            .args(words)
            .output()?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!("vgdb {}: {}", words.join(" "), String::from_utf8_lossy(&output.stderr).trim()).into())
    }
}

/// Counts a program from its start to its end.
pub fn whole(directory: &Path, program: &Path, arguments: &[&str]) -> Outcome<u64> {
    let status = command(directory, &[], program).args(arguments).status()?;
    if !status.success() {
        return Err(format!("{} under valgrind ended with {status}", program.display()).into());
    }
    total(&directory.join("counted"))
}

fn total(file: &Path) -> Outcome<u64> {
    let text =
        std::fs::read_to_string(file).map_err(|error| format!("callgrind wrote no {}: {error}", file.display()))?;
    let total = text.lines().find_map(|line| line.strip_prefix("totals: ")).ok_or("callgrind gave no total")?;
    Ok(total.trim().parse()?)
}

/// A directory for this run, removed at its end.
pub struct Directory(PathBuf);

impl Directory {
    /// Creates it.
    pub fn new() -> Outcome<Directory> {
        let path = std::env::temp_dir().join(format!("camulator-instructions-{}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Directory(path))
    }

    /// Returns its path.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // A directory that cannot be removed stays among the system's temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
