// What needs a hand or a live line: questions before what cannot be missed, the focus by a click, copying, progress.
// Without this file every form still works.
"use strict";

for (const button of document.querySelectorAll("button[data-confirm]"))
  button.addEventListener("click", (event) => confirm(button.dataset.confirm) || event.preventDefault());

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = "Copied";
  });
}

for (const image of document.querySelectorAll(".choice img"))
  image.addEventListener("click", (event) => {
    const box = image.getBoundingClientRect();
    const scale = Math.max(box.width / image.naturalWidth, box.height / image.naturalHeight);
    const part = (at, start, shown, whole) => ((at - start - shown / 2) / scale + whole / 2) / whole;
    const x = part(event.clientX, box.left, box.width, image.naturalWidth);
    const y = part(event.clientY, box.top, box.height, image.naturalHeight);
    document.getElementById("focus").value = [x, y].map((at) => Math.min(1, Math.max(0, at)).toFixed(3)).join(",");
  });

for (const film of document.querySelectorAll("video.still")) {
  const refuse = () => {
    film.hidden = true;
    film.nextElementSibling.hidden = false;
  };
  film.addEventListener("error", refuse);
  if (film.dataset.kind === "hls" && !film.canPlayType("application/vnd.apple.mpegurl")) refuse();
}

const live = document.getElementById("live");

function show({ waiting, going }) {
  const [title, status, bar, list] = ["h2", "[role=status]", "progress", "ul"].map((part) => live.querySelector(part));
  const ended = !waiting && going?.status;
  title.textContent = ended ? "Done" : waiting && (!going || going.status) ? "Asked for" : "Under way";
  status.textContent = ended
    ? `The refresh went like this: ${going.status}.`
    : going && !going.status ? `${going.stage}: ${going.done} of ${going.total}` : "It begins in a moment.";
  bar.hidden = Boolean(ended);
  bar.value = going?.total ? going.done / going.total : 0;
  list.replaceChildren(...(going?.issues ?? []).map((issue) => {
    const line = document.createElement("li");
    line.className = `issue issue-${issue.severity}`;
    line.textContent = `${issue.where}: ${issue.message} ${issue.fix ?? ""}`;
    return line;
  }));
  return ended;
}

if (live?.hasAttribute("data-going")) {
  const events = new EventSource(live.dataset.live);
  events.addEventListener("message", (event) => {
    if (!show(JSON.parse(event.data))) return;
    events.close();
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = "See what it did";
    live.querySelector("[role=status]").append(" ", link);
  });
  events.addEventListener("error", () => events.close());
}
