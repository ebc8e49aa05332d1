// Keeps the police wall live: one event stream, cards fetched as the server renders them.  Without it a reload does the same.
"use strict";
(() => {
  const wall = document.getElementById("wall");
  if (!wall || !window.EventSource) return;
  const badge = document.getElementById("live");
  const empty = document.getElementById("empty");
  const possible = document.getElementById("possible");
  const say = (isLive) => {
    badge.hidden = false;
    badge.className = isLive ? "badge live" : "badge off";
    badge.textContent = isLive ? badge.dataset.on : badge.dataset.off;
  };
  const show = async (id) => {
    if (document.getElementById(`hit-${id}`)) return;
    const answer = await fetch(`/police/hits/${id}/card`, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const box = document.createElement("template");
    box.innerHTML = await answer.text();
    const card = box.content.firstElementChild;
    if (!card || document.getElementById(card.id)) return;
    card.classList.add("fresh");
    if (card.classList.contains("possible")) {
      possible.hidden = false;
      document.getElementById("possible-cards").prepend(card);
      return;
    }
    wall.prepend(card);
    if (empty) empty.hidden = true;
  };
  const stream = new EventSource(`/v1/hits/stream?with_possible=true&after=${wall.dataset.after}`);
  stream.onopen = () => say(true);
  stream.onerror = () => say(false);
  stream.addEventListener("hit", (event) => {
    const id = Number(event.lastEventId);
    if (Number.isSafeInteger(id)) show(id);
  });
})();
