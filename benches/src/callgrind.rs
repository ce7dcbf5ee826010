//! Counts instructions: each case runs alone under valgrind.
//!
//! Valgrind writes its counts to a file whenever the measured part begins or ends.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::thread;

use crate::answer::{Beside, Currency};
use crate::case::Case;
use crate::figures::{Figure, Figures};
use crate::profile::Profile;

/// Enough that what a first iteration does more, and a clock that is read, do not show.
const ITERATIONS: u64 = 10_000;

/// The parts of a run: start, warm-up, what lies between, *what is measured*, the end.
///
/// They count from 1.
const MEASURED_PART: u32 = 4;

/// The C library picks its `memcpy` by what the processor can do.
///
/// Under valgrind it shall pick the same one everywhere.
const SAME_ON_EVERY_PROCESSOR: &str = "glibc.cpu.hwcaps=-AVX,-AVX2,-AVX2_Usable,-AVX_Fast_Unaligned_Load,-ERMS,-FSRM";

/// Runs a case as [`measure`] has it run: once to warm up, and once to be measured.
pub(crate) fn be_watched(case: &Case, iterations: u64) {
    case.run((iterations / 10).max(1));
    case.run(iterations);
}

/// Counts the instructions of all cases, as many at once as there are processors.
///
/// # Errors
///
/// If valgrind is not there, or says nothing of use.
pub(crate) fn measure(question: &str, cases: &[&Case]) -> io::Result<Figures> {
    let (left, figures) = (Mutex::new(cases.iter()), Mutex::new(Vec::new()));
    let work = || -> io::Result<()> {
        while let Some(case) = left.lock().ok().and_then(|mut left| left.find(|case| case.is_watched())) {
            let figure = count(question, case)?;
            figures.lock().map_err(|_| io::Error::other("another case failed"))?.push(figure);
        }
        Ok(())
    };
    thread::scope(|scope| {
        let workers = thread::available_parallelism().map_or(1, usize::from);
        let working: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        working.into_iter().try_for_each(|worker| worker.join().unwrap_or_else(|_| Err(io::Error::other("panicked"))))
    })?;
    let figures = figures.into_inner().map_err(|_| io::Error::other("a case failed"))?;
    Ok(Figures { currency: Currency::Instructions, figures })
}

fn count(question: &str, case: &Case) -> io::Result<Figure> {
    let folder = Folder::new(case)?;
    let part = folder.0.join("part");
    let output = Command::new("valgrind")
        // With the bus events callgrind counts atomic read-modify-writes beside the instructions.
        .args(["--tool=callgrind", "--collect-bus=yes", "--dump-line=no"])
        .arg("--dump-before=*boundary_of_what_is_measured*")
        .arg(format!("--callgrind-out-file={}", part.display()))
        .arg(std::env::current_exe()?)
        .args([question, "--instructions", case.name(), "--iterations", &ITERATIONS.to_string()])
        .env("GLIBC_TUNABLES", SAME_ON_EVERY_PROCESSOR)
        .output()?;
    let report = || {
        let report = String::from_utf8_lossy(&output.stderr).into_owned();
        io::Error::other(format!("valgrind says nothing of use about {:?}: {report}", case.name()))
    };
    let part = fs::read_to_string(part.with_extension(MEASURED_PART.to_string())).map_err(|_| report())?;
    let Profile { instructions, atomics, allocator } = Profile::read(&part).ok_or_else(report)?;
    let [instructions, atomics, allocator] = [instructions, atomics, allocator].map(|total| total / ITERATIONS as f64);
    Ok(Figure { name: case.name(), samples: vec![instructions], beside: Some(Beside { atomics, allocator }) })
}

/// Where valgrind writes to; gone when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(case: &Case) -> io::Result<Self> {
        let name: String = case.name().chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
        let folder = std::env::temp_dir().join(format!("async-hooks-bench-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder)?;
        Ok(Folder(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What stays behind in the system's temporary folder harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}
