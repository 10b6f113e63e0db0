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
async function reachable(address, sayWhy) {
  for (;;) {
    const answer = await fetch(address, { method: "HEAD" }).catch(() => null);
    if (answer) return answer;
    sayWhy();
    await new Promise((goOn) => setTimeout(goOn, 3000));
  }
}

// The results; or the same page anew if somebody has given more time, for which there are none yet.
async function nextPage(results, sayWhy) {
  const { redirected } = await reachable(results, sayWhy);
  return redirected ? location.pathname : results;
}

// A class whose time is up together does not ask for the next page all at once.
const SPREAD = 2; // seconds

const SOON = "The next page comes in a few seconds.";
const ONCE_REACHED = "The next page comes once the server can be reached.";

// By the server's count and this page's own stopwatch: the device's clock may be wrong.
class Countdown {
  constructor(box, autosaveIfAny) {
    this.autosaveIfAny = autosaveIfAny;
    this.text = box.querySelector("[role=timer]");
    this.announcer = document.querySelector("[data-announce]");
    this.onward = box.dataset.onward;
    this.grace = Number(box.dataset.grace) + SPREAD * Math.random();
    this.over = this.finished = false;
    this.waiting = SOON;
    this.setLeft(Number(box.dataset.left));
    if (device.read("quizsvc:timer") === "hidden") box.open = false;
    box.addEventListener("toggle", () => {
      device.write("quizsvc:timer", box.open ? "shown" : "hidden");
    });
    this.before = this.left;
    this.tick();
    setInterval(() => this.tick(), 500);
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
    const waiting = (autosave && autosave.waiting) || this.waiting;
    if (left <= 0) this.text.textContent = `Time is up. ${waiting}`;
    else if (seconds < 86_400) this.text.textContent = `Time left: ${Countdown.shown(seconds)}`;
    const passed = [1, 5, 10].find((minutes) => before > 60 * minutes && left <= 60 * minutes);
    if (passed) this.announcer.textContent = `${passed} minute${passed > 1 ? "s" : ""} left`;
    if (before > 1 && left <= 1 && autosave) autosave.flush();
    this.before = left;
    if (left <= 0 !== this.over) this.turn(autosave);
    const finished = left <= -this.grace;
    if (finished === this.finished) return;
    this.finished = finished;
    if (!finished) return;
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
    location.replace(await nextPage(address, () => {
      this.announcer.textContent = "Connection lost";
      this.waiting = ONCE_REACHED;
    }));
  }

  static shown(seconds) {
    const two = (number) => String(number).padStart(2, "0");
    const hours = Math.floor(seconds / 3600), minutes = Math.floor(seconds / 60) % 60;
    const start = hours ? `${hours}:${two(minutes)}` : `${minutes}`;
    return `${start}:${two(seconds % 60)}`;
  }
}
