// SPDX-License-Identifier: MPL-2.0
// Reporter for `node --test`: TAP with a line for each test that has no tests in it, named with
// those that it is in. (Node's own nests, and what reads it counts the outermost alone.)

/** @param {unknown} text */
const oneLine = (text) => String(text).replaceAll("#", "").replace(/\s+/g, " ").trim();

/** @param {any} error */
function diagnosis(error) {
  const cause = error?.cause ?? error;
  return String(cause?.stack ?? cause?.message ?? cause)
    .split("\n")
    .map((line) => `# ${line}\n`)
    .join("");
}

/** What a file did that is no test: a failure of its own, beyond those of its tests. */
const isOfItsTests = (error) => error?.failureType === "subtestsFailed";

/** @param {AsyncIterable<{ type: string, data: any }>} events */
export default async function* flatTap(events) {
  const names = [];
  let deepest = -1; // nesting of the last test that ended
  let number = 0;
  for await (const { type, data } of events) {
    if (type === "test:start") {
      names.length = data.nesting;
      names.push(data.name);
    }
    if (type === "test:stderr" || type === "test:stdout") {
      yield data.message.replace(/^/gm, "# ").trimEnd() + "\n";
    }
    if (type !== "test:pass" && type !== "test:fail") {
      continue;
    }
    const holdsTests = deepest > data.nesting;
    deepest = data.nesting;
    const failed = type === "test:fail";
    const error = data.details?.error;
    if (holdsTests && (!failed || isOfItsTests(error))) {
      continue;
    }
    const name = oneLine([...names.slice(0, data.nesting), data.name].join(" > "));
    const skipped = data.skip !== undefined ? ` # SKIP ${oneLine(data.skip)}` : "";
    const todo = data.todo !== undefined ? ` # TODO ${oneLine(data.todo)}` : "";
    number += 1;
    yield `${failed ? "not " : ""}ok ${number} ${name}${skipped}${todo}\n`;
    if (failed) {
      yield diagnosis(error);
    }
  }
  yield `1..${number}\n`;
}
