// Sends what the person does to the control API and redraws only what changed.

const body = document.body;
const find = (selector, root = document) => root.querySelector(selector);
const POLL_MS = 1000;
const QUICK_POLL_MS = 250; // for a few seconds after an action, so an answer appears at once
const QUICK_FOR_MS = 4000;

let version = body.dataset.version;
let clockAheadMs = Number(body.dataset.nowMs) - Date.now();
let quickUntil = 0;
let timer = 0;
const chat = body.dataset.chat;
const recalled = [];
let recallAt = 0;

function toast(words, isBad = false) {
  const box = find("#toast");
  box.textContent = words;
  box.classList.toggle("bad", isBad);
  box.classList.add("shown");
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => box.classList.remove("shown"), 5000);
}

async function post(path, payload) {
  const reply = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(payload),
  });
  const answer = await reply.json();
  if (!reply.ok) throw new Error(answer.error || `The simulator answered ${reply.status}`);
  return answer;
}

async function act(work) {
  quickUntil = Date.now() + QUICK_FOR_MS;
  schedule(60);
  try {
    await work();
  } catch (error) {
    toast(error.message, true);
  }
  quickUntil = Date.now() + QUICK_FOR_MS;
  schedule(0);
}

// -- drawing ---------------------------------------------------------------------------------------

function fragment(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

/** Make an element like a fresh one, touching only what differs: a click or the focus in it survives. */
function morph(old, fresh) {
  if (old.nodeType === Node.ELEMENT_NODE && old.matches("details")) fresh.open = old.open;
  if (old.isEqualNode(fresh)) return;
  if (old.nodeType !== Node.ELEMENT_NODE || old.nodeName !== fresh.nodeName) {
    old.replaceWith(fresh);
    return;
  }
  for (const name of old.getAttributeNames()) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const name of fresh.getAttributeNames()) old.setAttribute(name, fresh.getAttribute(name));
  const wanted = [...fresh.childNodes];
  while (old.childNodes.length > wanted.length) old.lastChild.remove();
  wanted.forEach((child, i) => (old.childNodes[i] ? morph(old.childNodes[i], child) : old.append(child)));
}

function morphInside(box, html) {
  const fresh = box.cloneNode(false);
  fresh.append(fragment(html));
  morph(box, fresh);
}

/** Bring a list of keyed children up to date; those with the same data-revision are not even looked at. */
function redraw(box, html) {
  const old = new Map([...box.children].map((child) => [child.dataset.key, child]));
  const drawn = [...fragment(html).children].map((child) => {
    const kept = old.get(child.dataset.key);
    if (kept && kept.dataset.revision !== child.dataset.revision) morph(kept, child);
    return kept || child;
  });
  const staying = new Set(drawn);
  for (const child of [...box.children]) if (!staying.has(child)) child.remove();
  drawn.forEach((child, i) => {
    if (box.children[i] !== child) box.insertBefore(child, box.children[i] || null);
  });
}

function isAtBottom(box) {
  return box.scrollHeight - box.scrollTop - box.clientHeight < 120;
}

function drawChat(html) {
  const scroll = find("#scroll");
  const follow = isAtBottom(scroll);
  redraw(find("#chat"), html);
  if (follow) scroll.scrollTop = scroll.scrollHeight;
}

function draw(parts) {
  version = parts.version;
  clockAheadMs = parts.now_ms - Date.now();
  for (const name of ["clock", "people", "head"]) morphInside(find(`#${name}`), parts[name]);
  drawChat(parts.chat);
  redraw(find("#calls"), parts.calls);
  tellTime();
}

/** Between polls the clock and the window countdown run on their own. */
function tellTime() {
  const now = Date.now() + clockAheadMs;
  const india = new Date(now + 330 * 60000);
  find("#clock time").textContent = india.toISOString().slice(11, 16);
  const pill = find(".window");
  const left = pill ? Number(pill.dataset.closesMs) - now : 0;
  if (left <= 0) {
    // The pill says "open" only while that is true, even if nothing else changes.
    if (pill?.classList.contains("ok")) version = "";
    return;
  }
  const minutes = Math.min(Math.floor(left / 60000), 1440);
  const hours = Math.floor(minutes / 60);
  find("#window-words").textContent = `free text possible for ${hours ? `${hours} h ` : ""}${minutes % 60} m`;
}

// -- polling ---------------------------------------------------------------------------------------

async function poll() {
  let pause = Date.now() < quickUntil ? QUICK_POLL_MS : POLL_MS;
  try {
    const query = new URLSearchParams({ chat, since: version });
    const reply = await fetch(`/__/poll?${query}`);
    if (reply.status === 200) draw(await reply.json());
    body.classList.remove("offline");
  } catch {
    if (!body.classList.contains("offline")) toast("The simulator does not answer; trying again.", true);
    body.classList.add("offline");
    pause = 3 * POLL_MS;
  }
  tellTime();
  schedule(pause);
}

function schedule(pauseMs) {
  clearTimeout(timer);
  timer = setTimeout(poll, pauseMs);
}

// -- speaking --------------------------------------------------------------------------------------

function sender() {
  const [phone, business] = chat.split("-");
  const plus = (number) => (/^\d/.test(number) ? `+${number}` : number);
  return { from: plus(phone), to: plus(business) };
}

function say(words, more = {}) {
  return act(async () => {
    find("#scroll").scrollTop = find("#scroll").scrollHeight;
    const answer = await post("/__/inbound", { ...sender(), body: words, ...more });
    if (answer.status !== 200) toast(`The app answered ${answer.status ?? "nothing"}`, true);
  });
}

function grow(box) {
  box.rows = Math.min(box.value.split("\n").length, 5);
}

function submitText(box) {
  const words = box.value.trim();
  if (!words) return;
  recalled.push(words);
  recallAt = recalled.length;
  box.value = "";
  grow(box);
  say(words);
}

function recall(box, step) {
  recallAt = Math.max(0, Math.min(recallAt + step, recalled.length));
  box.value = recalled[recallAt] ?? "";
  grow(box);
}

function onKey(event) {
  const box = event.target;
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    submitText(box);
  } else if (event.key === "ArrowUp" && (!box.value || box.value === recalled[recallAt])) {
    event.preventDefault();
    recall(box, -1);
  } else if (event.key === "ArrowDown" && recalled.length && box.value === recalled[recallAt]) {
    event.preventDefault();
    recall(box, 1);
  }
}

function attach(input) {
  const file = input.files[0];
  if (!file) return;
  const reader = new FileReader();
  reader.addEventListener("load", () => {
    const data = reader.result.slice(reader.result.indexOf(",") + 1);
    const caption = find("#text").value.trim();
    find("#text").value = "";
    say(caption, { media: { data, content_type: file.type, name: file.name } });
  });
  reader.readAsDataURL(file);
  input.value = "";
}

function tap(button) {
  for (const other of button.closest(".choices").querySelectorAll("button")) other.disabled = true;
  button.classList.add("is-tapped");
  const { text, payload, replyTo } = button.dataset;
  const isListRow = "listRow" in button.dataset;
  say("", { button: { text, payload, reply_to: replyTo, is_list_row: isListRow } });
  find("#text")?.focus();
}

// -- the rest of the page --------------------------------------------------------------------------

function moveClock(payload, button) {
  button.disabled = true;
  toast("Moving the clock…");
  act(async () => {
    try {
      await post("/__/clock", payload);
      toast("The clock has moved.");
    } finally {
      button.disabled = false;
    }
  });
}

function replay(kind) {
  act(async () => {
    const answer = await post("/__/replay", { chat, bad_signature: kind === "spoiled" });
    const meaning = { 200: "accepted, and a duplicate must change nothing", 403: "refused, as it must be" };
    toast(`The app answered ${answer.status ?? "nothing"}: ${meaning[answer.status] ?? "look at the log"}`);
  });
}

async function setFault(input) {
  const name = input.dataset.fault;
  let value = input.checked;
  if (input.dataset.phone) {
    const now = await (await fetch("/__/faults")).json();
    const others = now[name].filter((phone) => phone !== input.dataset.phone);
    value = input.checked ? [...others, input.dataset.phone] : others;
  }
  act(() => post("/__/faults", { [name]: value }));
}

function toggleInspector() {
  const pane = find("#inspector");
  pane.hidden = !pane.hidden;
  body.classList.toggle("inspecting", !pane.hidden);
  const focusOn = pane.hidden ? "#head [data-inspector]" : ".inspector-head [data-inspector]";
  find(focusOn)?.focus();
}

const onClick = {
  "[data-inspector]": toggleInspector,
  "[data-say]": (button) => say(button.dataset.say),
  ".choices button[data-text]": tap,
  "[data-replay]": (button) => replay(button.dataset.replay),
  "[data-clock]": (button) =>
    moveClock(button.dataset.clock === "reset" ? { reset: true } : { advance: button.dataset.clock }, button),
  "[data-fault-count]": (button) =>
    act(async () => {
      await post("/__/faults", { [button.dataset.faultCount]: 1 });
      toast(`Armed: ${button.textContent}`);
    }),
  "[data-reset]": () =>
    act(async () => {
      await post("/__/reset", {});
      toast("All chats are cleared. What the app stored stays.");
    }),
};

document.addEventListener("click", (event) => {
  for (const [selector, work] of Object.entries(onClick)) {
    const found = event.target.closest(selector);
    if (found && !found.disabled) return work(found);
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-fault]")) setFault(event.target);
  if (event.target.matches("#file")) attach(event.target);
});

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "j") {
    event.preventDefault();
    toggleInspector();
  }
});

find("#composer")?.addEventListener("submit", (event) => {
  event.preventDefault();
  submitText(find("#text"));
});
find("#text")?.addEventListener("keydown", onKey);
find("#text")?.addEventListener("input", (event) => grow(event.target));
find("#jump").addEventListener("submit", (event) => {
  event.preventDefault();
  moveClock({ set: find("#jump-to").value }, find("#jump button"));
});
find("#add-person").addEventListener("submit", (event) => {
  event.preventDefault();
  const row = Object.fromEntries(new FormData(event.target));
  act(async () => {
    const person = await post("/__/people", row);
    location.assign(`/?chat=${encodeURIComponent(person.chat)}`);
  });
});

find("#scroll").scrollTop = find("#scroll").scrollHeight;
schedule(POLL_MS);
