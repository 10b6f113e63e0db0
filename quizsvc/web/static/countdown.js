// A sitting: the time left, and what its scripts need of the device and the network.
"use strict";

// The device's own storage, which may be full or forbidden.
const device = {
  read(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  write(key, value) {
    try { localStorage.setItem(key, JSON.stringify(value)); return true; } catch { return false; }
  },
  remove(key) { try { localStorage.removeItem(key); } catch { /* then nothing is kept */ } },
  keys() { try { return Object.keys(localStorage); } catch { return []; } },
};

// A browser's own error page must not take the place of this one.
async function reachable(address, sayWhy = () => {}) {
  while (!await fetch(address, { method: "HEAD" }).catch(() => null)) {
    sayWhy();
    await new Promise((goOn) => setTimeout(goOn, 3000));
  }
}

// A class whose time is up together does not ask for the next page all at once.
const SPREAD = 2; // seconds

// By the server's count and this page's own stopwatch: the device's clock may be wrong.
class Countdown {
  constructor(box, autosaveIfAny) {
    this.autosaveIfAny = autosaveIfAny;
    this.text = box.querySelector("[role=timer]");
    this.announcer = document.querySelector("[data-announce]");
    this.onward = box.dataset.onward;
    this.grace = Number(box.dataset.grace) + SPREAD * Math.random();
    this.over = false;
    this.setLeft(Number(box.dataset.left));
    if (device.read("quizsvc:timer") === "hidden") box.open = false;
    box.addEventListener("toggle", () => {
      device.write("quizsvc:timer", box.open ? "shown" : "hidden");
    });
    this.before = this.left;
    this.tick();
    this.ticking = setInterval(() => this.tick(), 500);
  }

  setLeft(seconds) {
    this.end = performance.now() + 1000 * seconds;
    this.ahead = Countdown.ahead;
  }

  static get ahead() { return Date.now() - performance.now(); }

  // The stopwatch stands still while the device sleeps, and its clock goes on.
  slept() {
    if (Math.abs(Countdown.ahead - this.ahead) < 2000) return;
    this.ahead = Countdown.ahead;
    const autosave = this.autosaveIfAny();
    if (!autosave) this.follow(location.pathname);
    else if (!autosave.choosing) autosave.save();
  }

  get left() { return (this.end - performance.now()) / 1000; }

  tick() {
    this.slept();
    const { left, before } = this, autosave = this.autosaveIfAny();
    const seconds = Math.max(0, Math.ceil(left));
    if (left <= 0) this.text.textContent = "Time is up. The next page comes in a few seconds.";
    else if (seconds < 86_400) this.text.textContent = `Time left: ${Countdown.shown(seconds)}`;
    const passed = [1, 5, 10].find((minutes) => before > 60 * minutes && left <= 60 * minutes);
    if (passed) this.announcer.textContent = `${passed} minute${passed > 1 ? "s" : ""} left`;
    if (before > 1 && left <= 1 && autosave) autosave.flush();
    this.before = left;
    if (left <= 0 !== this.over) this.turn(autosave);
    if (left > -this.grace) return;
    clearInterval(this.ticking);
    if (autosave) autosave.finish(this.onward);
    else this.follow(this.onward);
  }

  // What was typed until now is on its way; the grace after it is no time to work in. The answer
  // to the last save may say that somebody has given more time meanwhile.
  turn(autosave) {
    this.over = !this.over;
    this.announcer.textContent = this.over ? "Time is up" : "There is more time";
    if (autosave) autosave.rest(this.over);
  }

  async follow(address) {
    await reachable(address, () => { this.announcer.textContent = "Connection lost"; });
    location.replace(address);
  }

  static shown(seconds) {
    const two = (number) => String(number).padStart(2, "0");
    const hours = Math.floor(seconds / 3600), minutes = Math.floor(seconds / 60) % 60;
    const start = hours ? `${hours}:${two(minutes)}` : `${minutes}`;
    return `${start}:${two(seconds % 60)}`;
  }
}
