// What every node.js of a pair stands on: it records Node's events and prints them in the form that src/log.rs and
// src/normalise.rs print ours. The rules are documented there; this is the same in JavaScript.
'use strict';

const { createHook, executionAsyncId, triggerAsyncId } = require('node:async_hooks');
const { writeSync } = require('node:fs');

const ROOT = 1;

// An async id inside a line; it becomes a name when the program has ended.
const id = (asyncId) => `<${asyncId}>`;

// Who executes, and who caused that.
const ids = () => `executing=${id(executionAsyncId())} trigger=${id(triggerAsyncId())}`;

class Log {
  #kinds;
  #order;
  #born = new Map(); // id → { kind (none: not the pair's own), trigger }
  #promises = new WeakMap(); // promise → id
  #entries = [];
  #ended = false;

  constructor({ kinds = {}, order = 'as it happens' }) {
    this.#kinds = kinds;
    this.#order = order;
    createHook({ init: (...birth) => this.#note(...birth) }).enable();
  }

  #note(asyncId, type, trigger, resource) {
    const kind = this.#ended ? undefined : this.#kinds[type];
    this.#born.set(asyncId, { kind, trigger });
    if (type === 'PROMISE') this.#promises.set(resource, asyncId);
  }

  say(text, { last = false } = {}) {
    this.#entries.push({ by: executionAsyncId(), text, last });
  }

  value(name, als) {
    this.say(`${name}=${als.getStore() ?? 'none'}`);
  }

  // Makes a promise one of the pair's own, of kind `future`; the others are Node's machinery.
  own(promise) {
    this.#born.get(this.#promises.get(promise)).kind = 'future';
    return promise;
  }

  // A hook that logs these events of the pair's own resources. Node sends `destroy` when its loop turns, so those lines come
  // last, unless they are wanted `inPlace`.
  hook(label = '', { events = 'init before after destroy', inPlace = false } = {}) {
    const say = (asyncId, text, last) => this.#entries.push({ by: executionAsyncId(), of: asyncId, text: label + text, last });
    const all = {
      init: (asyncId, type, trigger) => say(asyncId, `init ${id(asyncId)} ${this.#kinds[type] ?? 'future'} trigger=${id(trigger)}`),
      before: (asyncId) => say(asyncId, `before ${id(asyncId)}`),
      after: (asyncId) => say(asyncId, `after ${id(asyncId)}`),
      promiseResolve: (asyncId) => say(asyncId, `resolve ${id(asyncId)}`),
      destroy: (asyncId) => say(asyncId, `destroy ${id(asyncId)}`, !inPlace),
    };
    const wanted = events.split(' ').map((event) => (event === 'resolve' ? 'promiseResolve' : event));
    return createHook(Object.fromEntries(wanted.map((event) => [event, all[event]])));
  }

  // Lets Node deliver what it has put off: finalizers, then its queue of destroys.
  settled(then) {
    globalThis.gc?.();
    setImmediate(() => setImmediate(then));
  }

  print() {
    const isOwn = ({ of }) => of === undefined || this.#born.get(of)?.kind !== undefined;
    const names = new Map([[ROOT, 'root'], [0, 'none']]);
    const name = (raw) => {
      const asyncId = this.#ownOf(Number(raw));
      if (!names.has(asyncId) && this.#born.has(asyncId)) names.set(asyncId, letters(names.size - 2));
      return names.get(asyncId) ?? String(asyncId);
    };
    const named = ({ text }) => text.replace(/<(\d+)>/g, (_, raw) => name(raw));

    const entries = this.#entries.filter(isOwn);
    const lines = this.#ordered(entries.filter(({ last }) => !last), names, named);
    const destroys = entries.filter(({ last }) => last).map(named).sort();
    writeSync(1, [...lines, ...destroys].map((line) => `${line}\n`).join(''));
  }

  #ordered(entries, names, named) {
    if (this.#order === 'as it happens') return entries.map(named);
    const lines = [];
    const done = new Set();
    for (let next = ROOT; next !== undefined; next = [...names.keys()].find((key) => key !== 0 && !done.has(key))) {
      done.add(next);
      lines.push(...entries.filter(({ by }) => (this.#ownOf(by) || ROOT) === next).map(named));
    }
    return lines;
  }

  // The resource itself if it is the pair's own, else the nearest own one among its triggers.
  #ownOf(asyncId) {
    const born = this.#born.get(asyncId);
    return born === undefined || born.kind !== undefined ? asyncId : this.#ownOf(born.trigger);
  }

  end() {
    this.#ended = true;
    this.settled(() => this.print());
  }
}

const letters = (index) => (index < 26 ? String.fromCharCode(97 + index) : `${letters(index % 26)}${Math.floor(index / 26)}`);

// Runs `program(log)` at top level, and prints its log when the event loop has nothing left to do.
//
// kinds: Node's type → the pair's word for it; what is not in there is looked through. order: 'as it happens', or
// 'by execution' where things run at once: first what root did, then what the first resource it names did, and so on.
const pair = (options, program) => {
  const log = new Log(options);
  process.once('beforeExit', () => log.end());
  program(log);
};

module.exports = { pair, id, ids };
