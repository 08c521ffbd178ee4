const MachineDate = Date;

/** Puts the wall clock of this thread or process so far ahead of the machine's. */
export function moveClock(aheadMs: number): void {
  const now = () => MachineDate.now() + aheadMs;
  // A subclass would take the dates of before for something else.
  globalThis.Date = new Proxy(MachineDate, {
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
    apply: () => new MachineDate(now()).toString(),
    construct: (target, values, made) =>
      Reflect.construct(target, values.length === 0 ? [now()] : values, made) as Date,
  });
}
