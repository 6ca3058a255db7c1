// The TV's remote: arrows move among posters, Enter plays. Without this file a poster is a plain link.
"use strict";

const shelves = document.getElementById("shelves");
const player = document.getElementById("player");
const stage = player?.querySelector(".stage");
const hero = document.getElementById("hero");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

const rows = () =>
  [...shelves.querySelectorAll(".shelf")].map((shelf) => [...shelf.querySelectorAll("a.poster")]).filter((row) => row.length);

function focusOn(poster) {
  rows().find((row) => row.includes(poster)).forEach((other) => (other.tabIndex = other === poster ? 0 : -1));
  shelves.style.setProperty("--hero-height", `${hero.offsetHeight}px`);
  poster.focus({ preventScroll: true });
  poster.scrollIntoView({ inline: "center", block: "nearest", behavior: calm.matches ? "auto" : "smooth" });
}

// What is in focus is told large, in the words that the reader shows.
function tell(poster) {
  const [picture, headline, description] = ["img", ".headline", ".description"].map((part) => hero.querySelector(part));
  const shown = poster.querySelector("img");
  picture.hidden = !shown;
  if (shown) picture.src = shown.src;
  headline.textContent = poster.querySelector("strong").textContent;
  description.textContent = poster.querySelector(".about").textContent;
}

function nearest(row, poster) {
  const middle = (element) => element.getBoundingClientRect().left + element.offsetWidth / 2;
  const wanted = middle(poster);
  return row.reduce((best, other) => (Math.abs(middle(other) - wanted) < Math.abs(middle(best) - wanted) ? other : best));
}

function neighbour(poster, key) {
  const all = rows();
  const y = all.findIndex((row) => row.includes(poster));
  const row = all[y];
  const x = row.indexOf(poster);
  switch (key) {
    case "ArrowRight": return row[x + 1];
    case "ArrowLeft": return row[x - 1];
    case "Home": return row[0];
    case "End": return row[row.length - 1];
    case "ArrowDown": return all[y + 1] && nearest(all[y + 1], poster);
    case "ArrowUp": return all[y - 1] && nearest(all[y - 1], poster);
  }
}

function sentence(text, url) {
  const told = document.createElement("p");
  told.textContent = `${text} `;
  const link = document.createElement("a");
  link.href = url;
  link.textContent = "Open the video’s address";
  told.append(link);
  return told;
}

function video(url, captions) {
  const element = document.createElement("video");
  Object.assign(element, { controls: true, autoplay: true, playsInline: true, src: url });
  if (captions) {
    const track = document.createElement("track");
    Object.assign(track, { kind: "captions", label: "Captions", default: true, src: captions, srclang: document.querySelector("h1").lang });
    element.append(track);
  }
  element.addEventListener("error", () => {
    if (element.isConnected) stage.replaceChildren(sentence("This video does not play here.", url));
  });
  return element;
}

function picture(poster) {
  const { kind } = poster.dataset;
  const playsHls = document.createElement("video").canPlayType("application/vnd.apple.mpegurl");
  if (kind === "hls" && !playsHls) return sentence("This browser cannot play HLS; it plays on the TV.", poster.href);
  if (kind === "tv") return sentence("No browser plays this kind of video; it plays on the TV.", poster.href);
  return video(poster.href, poster.dataset.captions);
}

// A series opens the shelf of its episodes; Esc goes back to where it was opened from.
const opened = new Map();

function enter(poster) {
  if (!poster.hash || poster.pathname !== location.pathname) return play(poster);
  const anchor = poster.hash.slice(1);
  const first = document.getElementById(anchor).querySelector("a.poster");
  opened.set(anchor, poster);
  if (first) focusOn(first);
}

function back(poster) {
  const { id } = poster.closest(".shelf");
  const from = [...opened].find(([anchor]) => id === anchor || id.startsWith(`${anchor}-`));
  if (from) focusOn(from[1]);
}

function play(poster) {
  player.querySelector("h2").textContent = poster.querySelector("strong").textContent;
  player.querySelector(".caption p").textContent = (poster.querySelector(".whole") ?? poster.querySelector(".about")).textContent;
  stage.replaceChildren(picture(poster));
  player.showModal();
}

if (shelves) {
  document.documentElement.classList.add("remote");
  // Tab goes from row to row, as many stories are in them.
  rows().forEach((row) => row.slice(1).forEach((poster) => (poster.tabIndex = -1)));
  shelves.addEventListener("focusin", (event) => {
    const poster = event.target.closest("a.poster");
    if (poster) tell(poster);
  });
  shelves.addEventListener("keydown", (event) => {
    const poster = event.target.closest("a.poster");
    if (!poster || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.key === "i") poster.parentElement.querySelector(".more")?.click();
    if (event.key === "Escape") back(poster);
    const next = neighbour(poster, event.key);
    if (!next) return;
    event.preventDefault();
    focusOn(next);
  });
  shelves.addEventListener("click", (event) => {
    const poster = event.target.closest("a.poster");
    if (!poster || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    focusOn(poster);
    enter(poster);
  });
  player.addEventListener("close", () => stage.replaceChildren());
  player.addEventListener("click", (event) => event.target === player && player.close());
}
