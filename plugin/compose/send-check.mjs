// SPDX-License-Identifier: MPL-2.0
// @ts-check
/* global messenger */
import { element, fillTexts, showRows } from "./page.mjs";
import { makeAsk } from "../modules/router.mjs";

/** Milliseconds; an event page without work is stopped after 30 seconds. */
const HEARTBEAT = 10000;
const GO_BACK = "back";

const ask = makeAsk((message) => messenger.runtime.sendMessage(message));
const id = new URLSearchParams(location.search).get("id");

async function choose(choice) {
  await ask("send-check/choose", { id, choice });
  window.close();
}

/** @param {{title: string, text: string, rows: any[], buttons: any[]}} page */
function show({ title, text, rows, buttons }) {
  document.title = title;
  element("title").textContent = title;
  element("text").textContent = text;
  showRows(rows);
  element("choices").replaceChildren(...buttons.map(makeButton));
  element("main").hidden = false;
  element("choices").querySelector(".main").focus();
  fit();
}

function makeButton({ label, look, act }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = look;
  button.textContent = label;
  button.addEventListener("click", act);
  return button;
}

function showQuestion(question) {
  const { confirm } = question;
  const act = (choice) =>
    choice === confirm?.choice ? showConfirmation(question) : choose(choice);
  const buttons = question.choices.map((one) => ({ ...one, act: () => act(one.id) }));
  element("sign").className = `dialog-icon ${confirm ? "icon-warning" : "icon-encrypt"}`;
  show({ ...question, buttons });
}

/** The second, explicit word; Enter does not say it. */
function showConfirmation(question) {
  const { choice, title, text, yes, no } = question.confirm;
  const buttons = [
    { label: no, look: "main", act: () => showQuestion(question) },
    { label: yes, look: "plain danger", act: () => choose(choice) },
  ];
  show({ title, text, rows: [], buttons });
}

/** Frame and content as high as what they show. */
function fit() {
  const style = getComputedStyle(element("main"));
  const padding = parseFloat(style.paddingTop) + parseFloat(style.paddingBottom);
  const page = padding + element("words").offsetHeight + element("choices").offsetHeight;
  ask("send-check/fit", { id, height: page + window.outerHeight - window.innerHeight });
}

fillTexts();
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    choose(GO_BACK);
  }
});
setInterval(() => ask("send-check/alive"), HEARTBEAT);
const question = await ask("send-check/view", { id });
if (question) {
  showQuestion(question);
} else {
  window.close();
}
