//! Files that are cut off, foreign, damaged or made to harm are refused.

use std::io::{self, Read, Write as _};

use async_hooks_core::{AsyncResource, set_attribute};
use async_hooks_recorder::{FlightRecorder, Recording, RecordingError};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

fn file() -> Vec<u8> {
    let recorder = FlightRecorder::builder().label_with(|| Some("label")).build();
    recorder.enable();
    let outer = AsyncResource::new("outer");
    outer.run_in_async_scope(|| {
        set_attribute("answer", 42);
        AsyncResource::new("inner").run_in_async_scope(|| ());
    });
    let mut file = Vec::new();
    recorder.recording().write(&mut file).unwrap();
    file
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

#[test]
fn a_file_that_is_cut_off_anywhere_is_damaged_where_it_ends() {
    let file = file();
    for length in 0..file.len() {
        let error = Recording::read(&file[..length]).unwrap_err();
        let offset = error.offset().unwrap_or_else(|| panic!("{length}: {error:?}"));
        assert!(offset <= length as u64, "{length}: {offset}");
    }
    let packed = packed(&file);
    for length in 0..packed.len() {
        assert!(Recording::read(&packed[..length]).unwrap_err().offset().is_some(), "{length}");
    }
}

#[test]
fn what_is_no_recording_is_foreign() {
    let other_process = b"\x0a\x10\xe2\x03\x0d\x08\x01\x1a\x09\x08\x07\x32\x05hello";
    for bytes in [&b"{\"traceEvents\": []}"[..], b"\x7fELF", b"\x00", other_process, b"\x0a\x00\x0a\x00"] {
        assert!(matches!(Recording::read(bytes), Err(RecordingError::Foreign)), "{bytes:?}");
        assert!(matches!(Recording::read(&packed(bytes)[..]), Err(RecordingError::Foreign)), "{bytes:?}");
    }
}

#[test]
fn errors_of_the_reader_and_the_writer_are_passed_on() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::new(io::ErrorKind::PermissionDenied, "no"))
        }
    }
    impl io::Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::new(io::ErrorKind::StorageFull, "full"))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    assert!(matches!(Recording::read(Broken), Err(RecordingError::Io(error)) if error.to_string() == "no"));
    let recording = Recording::read(&file()[..]).unwrap();
    assert!(matches!(recording.write(Broken), Err(RecordingError::Io(error)) if error.to_string() == "full"));
    assert!(matches!(Recording::open("/nowhere/at/all"), Err(RecordingError::Io(_))));
}

#[test]
fn a_bomb_is_refused_before_it_fills_the_memory() {
    let mut bomb = file();
    let packet = [0x0a, 2, 0x50, 1];
    bomb.extend(packet.repeat(4 << 20));
    let packed = packed(&bomb);
    assert!(packed.len() < bomb.len() / 200);
    assert!(Recording::read(&packed[..]).unwrap_err().offset().is_some());
}

/// Whatever is asked of a recording that was read from damaged bytes.
fn use_all(recording: &Recording) {
    let end = recording.interval().end();
    for life in recording.lifetimes().take(100) {
        let _ = recording.critical_path(life.async_id()).to_string();
        let _ = recording.descendants(life.async_id()).to_string();
    }
    let _ = (recording.at(end).to_string(), recording.compare(recording).to_string());
    let mut again = Vec::new();
    recording.write(&mut again).unwrap();
    #[cfg(feature = "report")]
    async_hooks_recorder::report(recording, io::sink()).unwrap();
}

fn config() -> ProptestConfig {
    let cases = std::env::var("HOSTILE_RECORDINGS").ok().and_then(|cases| cases.parse().ok()).unwrap_or(500);
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn damaged_bytes_are_read_or_refused(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        thread_local! {
            static FILE: Vec<u8> = file();
        }
        let mut file = FILE.with(Clone::clone);
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        if let Ok(recording) = Recording::read(&file[..]) {
            use_all(&recording);
        }
        if let Ok(recording) = Recording::read(&packed(&file)[..]) {
            use_all(&recording);
        }
    }
}
