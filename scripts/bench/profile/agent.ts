import { renameSync, writeFileSync } from "node:fs";
import { Session } from "node:inspector";
import { profileOf } from "./profile-file.js";

// Loaded into the service before it (`--import`). SIGUSR2 begins a profile, the next one writes it: so neither the start nor
// the warming up is in it.

const INTERVAL_US = 200;

const session = new Session();
session.connect();
let running = false;

process.on("SIGUSR2", () => {
  running = !running;
  if (running) {
    session.post("Profiler.enable");
    session.post("Profiler.setSamplingInterval", { interval: INTERVAL_US });
    session.post("Profiler.start");
    return;
  }
  session.post("Profiler.stop", (error, { profile }) => {
    if (error !== null) throw error;
    const file = profileOf(process.pid);
    writeFileSync(`${file}.part`, JSON.stringify(profile));
    renameSync(`${file}.part`, file);
  });
});
