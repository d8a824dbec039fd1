//! Measurements of processes and of the machine.

use crate::Outcome;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Measures the time from a program's start to its first successful answer to `request`, which is sent to `address`.
pub fn cold_start(binary: &Path, arguments: &[&str], address: &str, request: &[u8]) -> Outcome<Duration> {
    use std::io::{Read, Write};
    let begun = Instant::now();
    let mut child = Command::new(binary)
        .args(arguments)
        .env("CAMULATOR_LOG_FILTER", "warn")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()?;
    let outcome = loop {
        if let Ok(mut stream) = std::net::TcpStream::connect(address) {
            stream.set_read_timeout(Some(Duration::from_secs(5)))?;
            stream.write_all(request)?;
            let mut reply = [0; 4096];
            let length = stream.read(&mut reply)?;
            let took = begun.elapsed();
            let reply = String::from_utf8_lossy(reply.get(..length).unwrap_or_default());
            if reply.starts_with("HTTP/1.1 200") && !reply.contains("\"Error\"") {
                break Ok(took);
            }
            break Err(format!("the first answer is not a success: {reply}").into());
        }
        if begun.elapsed() > Duration::from_secs(20) || child.try_wait()?.is_some() {
            break Err("the program does not listen".into());
        }
        std::thread::sleep(Duration::from_micros(200));
    };
    child.kill()?;
    child.wait()?;
    outcome
}

/// Returns the CPU time used by all threads of a process, user and system; `self` is this process. Threads that have
/// ended do not count, but the measured programs keep theirs.
pub fn cpu(process: &str) -> Outcome<Duration> {
    let mut nanoseconds = 0;
    for task in std::fs::read_dir(format!("/proc/{process}/task"))? {
        // A thread may end while the list is read.
        let Ok(text) = std::fs::read_to_string(task?.path().join("schedstat")) else { continue };
        nanoseconds += text.split_ascii_whitespace().next().ok_or("schedstat is empty")?.parse::<u64>()?;
    }
    Ok(Duration::from_nanos(nanoseconds))
}

/// Returns resident memory in MB, in total and without the pages of the program file.
pub fn memory(process: u32) -> Outcome<(f64, f64)> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let megabytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kilobytes = line.and_then(|rest| rest.split_ascii_whitespace().next()?.parse::<f64>().ok());
        kilobytes.map(|kilobytes| kilobytes / 1024.0).ok_or_else(|| format!("/proc/*/status has no {name}"))
    };
    Ok((megabytes("VmRSS:")?, megabytes("RssAnon:")?))
}

/// Returns an address with a port that was free a moment ago.
pub fn free_address() -> Outcome<String> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

/// Returns the number of cores.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(0, std::num::NonZero::get)
}

/// Describes the machine in one line.
pub fn machine() -> String {
    let read = |path| std::fs::read_to_string(path).unwrap_or_default();
    let info = read("/proc/cpuinfo");
    let field = |name: &str| {
        info.lines()
            .find(|line| line.starts_with(name))
            .and_then(|line| line.split_once(": "))
            .map_or("?", |(_, it)| it)
    };
    let cores = cores();
    let memory = read("/proc/meminfo");
    let kilobytes: u64 = memory.split_ascii_whitespace().nth(1).and_then(|it| it.parse().ok()).unwrap_or(0);
    let load = read("/proc/loadavg");
    format!(
        "{} at {} MHz, {cores} cores, {} GB; Linux {}; load average before the run {}",
        field("model name"),
        field("cpu MHz"),
        kilobytes / 1_000_000,
        read("/proc/sys/kernel/osrelease").trim(),
        load.split_ascii_whitespace().next().unwrap_or("?"),
    )
}

/// Measures the median time of writing 4 KB to a new file in the directory with fsync.
pub fn fsync(directory: &Path) -> Outcome<Duration> {
    use std::io::Write;
    let mut file = std::fs::File::create(directory.join("fsync"))?;
    let mut times = Vec::new();
    for _ in 0..200 {
        let begun = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    times.get(times.len() / 2).copied().ok_or_else(|| "nothing was measured".into())
}
