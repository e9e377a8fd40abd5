# SPDX-License-Identifier: MPL-2.0
"""The message list of the main window: what a person sees in its rows and cards."""

from folders import FOLDER
from processes import wait_until

TABLE, CARDS = 1, 0

# `about` is the about:3pane document of the first tab, which comes to the front.
ABOUT = '''
const tabmail = document.getElementById("tabmail");
tabmail.switchToTab(0);
const about = tabmail.currentAbout3Pane;
'''

SHOW = FOLDER + ABOUT + '''
about.displayFolder(uri);
return about.gFolder?.URI == uri && !!about.gDBView && !about.gDBView.isSearching;
'''

# Rows that are drawn; `seen` are those inside the window.
ROWS = ABOUT + '''
const tree = about.threadTree;
return [...tree.querySelectorAll("tr.table-layout, tr.card-layout")].map(row => {
  const image = row.querySelector(".danesmimecol-column img, .dane-smime-mark");
  const shown = image && image.checkVisibility();
  return {
    index: row.index,
    is_card: row.classList.contains("card-layout"),
    subject: row.querySelector(".subject-line span, .subject")?.textContent ?? "",
    dummy: row.dataset.properties?.split(" ").includes("dummy") ?? false,
    mark: shown ? /mark-(.*)\\.svg/.exec(image.src)[1] : null,
    loaded: shown ? image.complete && image.naturalWidth > 0 : null,
    title: shown ? image.title : null,
    description: row.getAttribute("aria-description"),
  };
});
'''

KEPT = FOLDER + '''
return Object.fromEntries([...folder.messages].map(header =>
  [header.mime2DecodedSubject, header.getStringProperty("dane-smime-mark")]));
'''

COLUMN = ABOUT + '''
const button = about.document.getElementById("daneSmimeColButton");
const columns = about.threadPane.columns;
const column = columns.find(({id}) => id == "daneSmimeCol");
return {
  offered: !!column, hidden: column?.hidden ?? null, sortable: column?.sortable ?? null,
  place: columns.indexOf(column), name: button?.getAttribute("aria-label") ?? null,
  style: !!about.document.querySelector('link[href*="dane-smime-list"]'),
};
'''


class MessageList:
    """That of one Thunderbird."""

    def __init__(self, thunderbird):
        self._thunderbird = thunderbird
        self.cards_have_marks = True  # not in Thunderbird 140

    def enlarge(self):
        """Gives the list the whole height of the window."""
        self._thunderbird.js(ABOUT + 'about.paneLayout.messagePaneVisible = false;')

    def view(self, kind):
        """TABLE or CARDS."""
        self._thunderbird.js(
            'Services.prefs.setIntPref("mail.threadpane.listview", kind);', kind=kind)
        tag = 'card' if kind == CARDS else 'row'
        wait_until(lambda: self._thunderbird.js(
            ABOUT + 'return about.threadTree.getAttribute("rows") == name;',
            name=f'thread-{tag}'), f'rows are thread-{tag}')

    def show(self, uri):
        """Shows a folder."""
        wait_until(lambda: self._thunderbird.js(SHOW, uri=uri), f'{uri} is shown')

    def wait_count(self, count, seconds=60):
        """Waits until the list has so many rows, drawn or not."""
        wait_until(lambda: self._thunderbird.js(
            ABOUT + 'return about.gDBView?.rowCount;') == count, f'{count} rows', seconds)

    def rows(self):
        """The rows that are drawn: `subject`, `mark` ("signed-good" or None), `title` …"""
        return self._thunderbird.js(ROWS)

    def marks(self):
        """By subject, without the None."""
        return {row['subject']: row['mark'] for row in self.rows() if row['mark']}

    def wait_marks(self, expected, seconds=60):
        """Waits until the rows that are drawn have these marks, and no others; in the table all of
        them are drawn, of cards the first."""
        def expected_of(row):
            return expected.get(row['subject']) if self._can_have_mark(row) else None

        def as_expected():
            rows = self.rows()
            wrong = [row for row in rows if row['mark'] != expected_of(row)]
            missing = expected.keys() - {row['subject'] for row in rows}
            return rows and not wrong and (rows[0]['is_card'] or not missing)

        try:
            wait_until(as_expected, 'the marks', seconds)
        except AssertionError:
            raise AssertionError(f'marks: {self.marks()}, expected {expected}') from None

    def _can_have_mark(self, row):
        return self.cards_have_marks or not row['is_card']

    def kept(self, uri):
        """By subject: what the message database holds."""
        return self._thunderbird.js(KEPT, uri=uri)

    def wait_kept(self, uri, count, seconds=60):
        """Waits until so many messages of a folder have a mark or are known to need none."""
        wait_until(lambda: sum(1 for one in self.kept(uri).values() if one) >= count,
                   f'{count} messages of {uri} are known', seconds)

    def column(self):
        """What is known of the column in the window in front."""
        return self._thunderbird.js(COLUMN)

    def scroll_to(self, index):
        self._thunderbird.js(
            ABOUT + 'about.threadTree.scrollToIndex(index, true);', index=index)
