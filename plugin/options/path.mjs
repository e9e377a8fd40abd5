// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { byId } from "./dom.mjs";

/** @typedef {import("./options.mjs").Page} Page */

const STEPS = ["program", "keys", "publish", "done"];

/** The first run: the same sections one after the other. @param {Page} page */
export function startPath(page) {
  const go = (change) => page.go(STEPS[STEPS.indexOf(page.section) + change]);
  byId("path-start").addEventListener("click", () => enter(page));
  byId("path-back").addEventListener("click", () => go(-1));
  byId("path-skip").addEventListener("click", () => leave(page));
  byId("path-next").addEventListener("click", () => {
    if (page.section === "done") {
      leave(page);
      return;
    }
    go(1);
  });
  return () => arrange(page);
}

function enter(page) {
  page.isPath = true;
  page.go("program");
}

/** From here on it is the options page. */
async function leave(page) {
  page.isPath = false;
  await page.ask("options/change", { changes: { firstRunDone: true } });
  page.go("keys");
}

/** Shows where the user is. */
function arrange(page) {
  const { words, section, isPath } = page;
  document.body.classList.toggle("path", isPath);
  byId("path-head").hidden = byId("path-foot").hidden = !isPath;
  byId("path-start").hidden = isPath;
  if (!isPath) {
    return;
  }
  const at = STEPS.indexOf(section);
  for (const [i, item] of [...byId("steps").children].entries()) {
    item.classList.toggle("past", i < at);
    if (i === at) {
      item.setAttribute("aria-current", "step");
    } else {
      item.removeAttribute("aria-current");
    }
  }
  const isLast = section === "done";
  byId("path-back").hidden = at === 0;
  byId("path-skip").hidden = isLast;
  byId("path-next").disabled = !page.host?.ready;
  byId("path-next").textContent = words.text(isLast ? "options_pathEnd" : "options_pathNext");
  const key = page.keys.length > 0 ? "options_doneKey" : "options_doneNoKey";
  byId("done-lead").textContent = words.text(page.published ? "options_doneLive" : key);
}
