// A sitting: what is typed is saved by itself, and kept on this device until it is.
"use strict";
{
  const PAUSE = 800; // milliseconds after the last key
  const LAST_PAUSE = 100; // the same when the time is almost up
  const LONGEST_UNSAVED = 5000; // however fast somebody types
  const LONGEST_WAIT = 30_000; // between two tries to reach the server
  const NOT_TYPED = new Set(["csrf_token", "counter", "go"]);
  const DRAFTS = "quizsvc:draft:"; // then the sitting and the position; quiz.js clears them

  // In UTC, as all times that the server writes.
  function timeOfDay(moment, seconds = "2-digit") {
    const shown = {
      hour: "2-digit", minute: "2-digit", second: seconds, hourCycle: "h23", timeZone: "UTC",
    };
    return `${new Date(moment).toLocaleTimeString("en-GB", shown)} UTC`;
  }

  class Autosave {
    constructor(form) {
      this.form = form;
      this.key = `${DRAFTS}${form.dataset.sitting}:${form.dataset.position}`;
      this.counter = form.elements.namedItem("counter");
      this.status = form.querySelector(".saving");
      this.box = form.querySelector(".overtaken");
      this.saved = "unsaved" in form.dataset ? null : this.typed();
      this.tries = this.since = 0;
      this.onDevice = true;
      this.restored = "";
      this.failing = this.leaving = this.choosing = false;
      this.waiting = ""; // why the next page does not come by itself once the time is up
      this.lost = null; // what was sent without an answer: nobody knows whether it arrived
      this.queue = Promise.resolve();
      this.lock(false); // a browser may remember it from before a reload
      this.listen();
      this.restore();
    }

    listen() {
      const { form } = this;
      const changed = () => this.changed();
      form.addEventListener("input", changed, true); // captured, since not all of them bubble
      form.addEventListener("change", changed, true);
      form.addEventListener("paste", () => setTimeout(changed));
      form.addEventListener("focusout", () => this.flush());
      form.addEventListener("submit", (event) => this.submit(event));
      document.addEventListener("visibilitychange", () => { if (document.hidden) this.flush(); });
      window.addEventListener("online", () => { this.tries = 0; this.flush(); });
      window.addEventListener("beforeunload", (event) => {
        if (this.unsaved && !this.leaving) event.preventDefault();
      });
      form.querySelector("[data-keep]").addEventListener("click", () => this.keepMine());
      form.querySelector("[data-take]").addEventListener("click", () => this.takeStored());
    }

    entries() {
      return [...new FormData(this.form)].filter(([name]) => !NOT_TYPED.has(name));
    }

    typed() { return JSON.stringify(this.entries()); }

    get unsaved() { return this.typed() !== this.saved; }

    say(words, failed = false) {
      const text = `${this.restored}${words}`;
      this.status.classList.toggle("problem", failed);
      if (this.status.textContent !== text) this.status.textContent = text;
    }

    changed() {
      clearTimeout(this.timer);
      const { owner } = document.body.dataset; // quiz.js clears it once the next person is here
      if (!this.unsaved) { device.remove(this.key); this.since = 0; return; }
      this.since ||= performance.now();
      const kept = { base: this.counter.value, at: Date.now(), fields: this.entries(), owner };
      this.onDevice = device.write(this.key, kept);
      const pause = countdown && countdown.left < 3 ? LAST_PAUSE : PAUSE;
      const longest = Math.max(0, this.since + LONGEST_UNSAVED - performance.now());
      if (!this.choosing) this.timer = setTimeout(() => this.flush(), Math.min(pause, longest));
    }

    // What an earlier visit could not save goes back into its fields; the server tells whether
    // another tab has saved since.
    restore() {
      const kept = device.read(this.key);
      if (!kept || !Array.isArray(kept.fields)) return;
      if (JSON.stringify(kept.fields) === this.typed()) { device.remove(this.key); return; }
      const texts = new Map();
      kept.fields.forEach(([name, text]) => texts.set(name, [...(texts.get(name) || []), text]));
      this.form.querySelectorAll("input:not([type=hidden]), textarea, select").forEach((field) => {
        const mine = texts.get(field.name) || [];
        if (["radio", "checkbox"].includes(field.type)) field.checked = mine.includes(field.value);
        else field.value = mine.shift() || "";
      });
      this.counter.value = kept.base;
      this.restored = `Restored what had not been saved at ${timeOfDay(kept.at, undefined)}. `;
      this.form.querySelectorAll("input[type=text], textarea").forEach((field) => {
        field.dispatchEvent(new Event("input")); // so that it is read back
      });
      this.flush();
    }

    flush() { return this.unsaved && !this.choosing ? this.save() : this.queue; }

    // One after the other: each takes the counter that the one before it got.
    save() {
      clearTimeout(this.timer);
      this.queue = this.queue.then(() => this.send());
      return this.queue;
    }

    async send() {
      this.since = 0;
      if (!this.failing) this.say("Saving …");
      const again = this.lost;
      let answer = await this.post();
      if (answer && answer.status === 400) answer = await this.postAnew(answer);
      const json = answer && (answer.headers.get("Content-Type") || "").includes("json");
      const said = json ? await answer.json().catch(() => null) : null;
      this.failing = false;
      if (said || (answer && answer.status >= 400 && answer.status < 500)) this.lost = null;
      if (said && said.state === "saved") {
        this.arrived(said);
        return again && this.unsaved ? this.send() : true;
      }
      if (said && said.state === "overtaken") return this.overtaken(said);
      if (said && said.state === "closed") return this.closed(said);
      return this.failed(answer ? answer.status : 0);
    }

    // What may have arrived is sent once more as it was: its counter tells the server that it is
    // the same, and not another tab's.
    post() {
      if (!this.lost) this.sent = this.typed();
      const body = this.lost ||= new FormData(this.form);
      return fetch(this.form.getAttribute("action"), {
        method: "POST", body, headers: { Accept: "application/json" },
        keepalive: this.sent.length < 20_000, // browsers refuse more
        signal: AbortSignal.timeout(20_000),
      }).catch(() => null);
    }

    // Who signs up or in from another tab voids this page's token, not the sitting.
    async postAnew(refused) {
      const page = await fetch(this.form.getAttribute("action")).catch(() => null);
      if (!page || !page.ok) return page;
      const fresh = new DOMParser().parseFromString(await page.text(), "text/html")
        .querySelector("form[data-sitting] [name=csrf_token]");
      if (!fresh) return refused;
      this.form.elements.namedItem("csrf_token").value = fresh.value;
      this.lost.set("csrf_token", fresh.value);
      return this.post();
    }

    arrived(said) {
      this.saved = this.sent;
      this.tries = 0;
      this.waiting = "";
      this.counter.value = said.counter;
      this.say(`Saved ${timeOfDay(said.at)}`);
      this.restored = "";
      if (said.left !== null && countdown) countdown.setLeft(said.left);
      this.changed();
    }

    failed(status) {
      this.failing = true;
      this.waiting = "Please read below what to do.";
      if (status === 400) {
        this.say("Not saved: this page is out of date. Copy your text, then reload the page.", true);
        return false;
      }
      if ([403, 404].includes(status)) {
        this.say("Not saved: this browser is no longer known as the one that began the quiz. "
          + "Copy your text before you leave this page.", true);
        return false;
      }
      if (status === 413) {
        this.say("Not saved: this is too long. Nothing is lost: please shorten it here.", true);
        return false;
      }
      this.waiting = ONCE_REACHED;
      const why = status ? "the server cannot keep it just now" : "connection lost";
      const where = this.onDevice ? "on this device" : "on this page, so leave it open,";
      this.say(`Not saved: ${why}. What you typed is kept ${where} and sent again by itself.`, true);
      this.timer = setTimeout(() => this.flush(), Math.min(LONGEST_WAIT, 1000 * 2 ** this.tries++));
      return false;
    }

    overtaken(said) {
      if (!this.unsaved) { this.takeStored(); return false; } // nothing was typed here
      this.choosing = true;
      this.waiting = "Please choose below which answer to keep.";
      this.form.inert = false;
      this.newest = said.counter;
      this.box.querySelector("[data-stored]").innerHTML = said.stored; // our own server's markup
      this.box.querySelector("[data-sent]").innerHTML = said.sent;
      this.box.hidden = false;
      this.say("Not saved: answered in another tab meanwhile. Please choose which to keep.", true);
      return false;
    }

    keepMine() {
      this.choosing = false;
      this.waiting = "";
      this.box.hidden = true;
      this.counter.value = this.newest;
      this.status.scrollIntoView({ block: "nearest" });
      this.save();
    }

    takeStored() {
      this.leaving = true;
      device.remove(this.key);
      location.replace(this.form.getAttribute("action"));
    }

    closed(said) {
      if (said.counts) this.saved = this.sent; // the answer to an earlier try was lost
      if (!this.unsaved) { this.leaving = true; location.replace(said.onward); return false; }
      this.choosing = true; // nothing more is sent
      this.waiting = "Copy what you need, then press “Go on” below.";
      if (said.left !== null && countdown) countdown.setLeft(said.left);
      this.form.inert = false;
      this.lock(true);
      this.say(`Not saved. ${said.title}. What you typed here can still be copied. `, true);
      const link = document.createElement("a");
      link.href = said.onward;
      link.textContent = "Go on";
      link.addEventListener("click", () => { this.leaving = true; });
      this.status.append(link);
      return false;
    }

    async submit(event) {
      if (event.defaultPrevented || this.leaving) return;
      event.preventDefault();
      if (this.choosing || !await this.save()) {
        if (!this.box.hidden) this.box.querySelector("h2").focus();
        else this.status.scrollIntoView({ block: "nearest" });
        return;
      }
      this.leaving = true;
      this.form.requestSubmit(event.submitter);
    }

    // After the back button: what the browser had kept may be long past.
    shownAgain() {
      this.leaving = false;
      this.save();
    }

    // Nothing more is typed here, unless there is something to choose.
    rest(over) {
      if (over) this.flush(); else this.lock(false);
      this.form.inert = over && !this.choosing;
    }

    // What stands here can be read and copied, and nothing else does anything any more.
    lock(locked) {
      const each = (which, change) => this.form.querySelectorAll(which).forEach(change);
      each("[name=go]", (button) => { button.disabled = locked; });
      each("input[type=text], textarea", (field) => { field.readOnly = locked; });
      each(".choice, select, .palette", (control) => { control.inert = locked; });
    }

    async finish(onward) {
      this.form.inert = false; // so that what could not be saved can be copied
      this.lock(true);
      await this.flush();
      if (this.unsaved || this.choosing) return;
      const next = await nextPage(onward, () => {
        this.waiting = ONCE_REACHED;
        this.say("Time is up, and what you typed is saved. "
          + "Connection lost: the next page comes by itself.");
      });
      if (this.unsaved) return; // typed meanwhile, and told that it is late
      this.leaving = true;
      location.replace(next);
    }
  }

  // What came too late is shown once more beside the result, before it is cleared.
  function showLeftovers(heading) {
    const mine = `${DRAFTS}${heading.dataset.clearDrafts}:`;
    const keys = device.keys().filter((key) => key.startsWith(mine));
    keys.forEach((key) => {
      const texts = ((device.read(key) || {}).fields || []).map(([, text]) => text).filter(Boolean);
      if (!texts.length) return;
      const note = document.createElement("p"), typed = document.createElement("span");
      note.className = "notice";
      typed.className = "typed";
      typed.textContent = texts.join("\n");
      const number = key.slice(mine.length);
      note.append(`Typed for question ${number} on this device, and perhaps not saved in time: `, typed);
      heading.after(note);
    });
  }

  // The back button may show what the browser kept of a page, as it was before handing in.
  function shownAgain() {
    if (autosave) autosave.shownAgain(); else if (!heading) location.reload();
  }

  let autosave = null, countdown = null;
  const heading = document.querySelector("h1[data-clear-drafts]");
  if (heading) showLeftovers(heading);
  // After answering.js has made the fields of a picture and of its table agree.
  document.addEventListener("DOMContentLoaded", () => {
    const form = document.querySelector("form[data-sitting]");
    if (form) autosave = new Autosave(form);
    const timer = document.querySelector(".timer");
    if (timer) countdown = new Countdown(timer, () => autosave);
    const [visit] = performance.getEntriesByType("navigation");
    if (visit && visit.type === "back_forward") shownAgain();
    window.addEventListener("pageshow", (event) => { if (event.persisted) shownAgain(); });
  });
}
