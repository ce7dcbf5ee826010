#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| async_hooks_fuzz::recording::recording(bytes));
