/** The time that a log goes by: monotonic milliseconds, and a call every so often until it is stopped. */
export interface LogClock {
  now(): number;
  every(milliseconds: number, call: () => void): Disposable;
}

/** The machine's clock. Its timers don't keep the process alive. */
export function systemLogClock(): LogClock {
  return {
    now: () => performance.now(),
    every(milliseconds, call) {
      const timer = setInterval(call, milliseconds).unref();
      return { [Symbol.dispose]: () => clearInterval(timer) };
    },
  };
}
