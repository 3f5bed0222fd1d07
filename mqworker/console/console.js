// Looks again at a page that tells of now, without moving what somebody reads. Without this script
// the page is fetched anew as a whole (<noscript>, frame.py); nothing else needs it.
"use strict";

const EVERY_MS = 2000;

async function look() {
  const here = document.querySelector("main[data-live]");
  const reading = document.activeElement?.closest("main") || !getSelection().isCollapsed;
  if (!here || document.hidden || reading) return;
  const answer = await fetch(location.href, { credentials: "same-origin" });
  if (answer.redirected || !answer.ok) {
    location.assign(answer.redirected ? answer.url : location.href);
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("main");
  if (fresh) {
    const top = scrollY;
    here.replaceWith(document.adoptNode(fresh));
    scrollTo({ top });
  }
}

async function keepLooking() {
  try {
    await look();
  } catch {
    // The console does not answer: it may be there again next time.
  }
  setTimeout(keepLooking, EVERY_MS);
}

setTimeout(keepLooking, EVERY_MS);
