# SPDX-License-Identifier: MPL-2.0
"""The notification bars of a window, for scripts: what they say, and their buttons."""

BARS = '''
const labelOf = button => button.getAttribute("label") || button.textContent.trim();
const buttonsOf = bar => [...bar.querySelectorAll("button"),
  ...(bar.shadowRoot?.querySelectorAll("button:not(.close)") ?? [])];
const barsOf = box => (box?.allNotifications ?? []).map(bar => ({
  value: bar.getAttribute("value"), priority: bar.priority,
  text: (bar.messageText?.textContent || bar.message || bar.getAttribute("label") || "").trim(),
  buttons: buttonsOf(bar).map(labelOf).filter(label => label),
}));
const pressInBar = (box, value, label) => {
  const bar = box.getNotificationWithValue(value);
  const button = bar && buttonsOf(bar).find(each => labelOf(each) == label);
  if (!button) {
    throw new Error(`no button "${label}" in the bar ${value}: ${JSON.stringify(barsOf(box))}`);
  }
  button.click();
};
'''
