// SPDX-License-Identifier: MPL-2.0
"use strict";

/**
 * Shows a mark, or none, in one row or card.
 * @param {Element} row
 * @param {HTMLImageElement | null} image
 * @param {ListMark | null} mark
 * @param {MarkColumn} column
 */
var drawMark = function (row, image, mark, column) {
  if (!image || (!mark && image.hidden && !row.hasAttribute("aria-description"))) {
    return;
  }
  image.hidden = !mark;
  if (!mark) {
    row.removeAttribute("aria-description");
    return;
  }
  const label = column.labelOf(mark);
  const name = `${mark.kind}-${mark.state}`;
  if (image.dataset.mark !== name) {
    image.src = column.iconUrlOf(mark);
    image.dataset.mark = name;
  }
  image.alt = image.title = label;
  row.setAttribute("aria-description", label);
};
