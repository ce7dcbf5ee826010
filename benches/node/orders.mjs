// Takes orders on stdin, one a line: how often to repeat. Answers with the nanoseconds that took.
//
// Reads and writes synchronously, so that between two orders nothing asynchronous happens that a hook could see.

import { readSync, writeSync } from 'node:fs';

// Enough that what runs is what the optimising compiler made of it.
const WARM_UP = 200_000;

/** Runs `repeat(times)`, which may return a promise, for each order until the pipe is closed. */
export async function takeOrders(repeat) {
  for (let i = 0; i < 4; i++) await repeat(WARM_UP / 4);
  for (let line = readLine(); line !== ''; line = readLine()) {
    const start = process.hrtime.bigint();
    await repeat(Number(line));
    writeSync(1, `${process.hrtime.bigint() - start}\n`);
  }
}

function readLine() {
  const byte = Buffer.alloc(1);
  let line = '';
  while (readSync(0, byte, 0, 1) === 1 && byte[0] !== 10) {
    line += String.fromCharCode(byte[0]);
  }
  return line;
}
