#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Opens and scrolls a folder of 100 000 messages in Thunderbird, with and without the add-on in
turn: medians in milliseconds, and their ratio; of the processor's time as well, which others on the
machine disturb less. A fifth of the messages is signed; each scrolling
goes where none was before, so that marks have to be found out.

    tests/bench/thunderbird-list.py [--messages N] [--pairs N]"""

import argparse
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'thunderbird'))

# pylint: disable=wrong-import-position
from world import World  # first: it puts the support modules on the path

from list_messages import STRUCTURES, message
from message_list import ABOUT, MessageList, TABLE

AIM = 1.05
PAGES = 100
SETTLE_SECONDS = 5
# frames are not held back for a screen
SETTINGS = {'layout.frame_rate': 0, 'mail.pane_config.dynamic': 0}

OPEN = ABOUT + '''
const frame = () => new Promise(resolve => about.requestAnimationFrame(resolve));
about.displayFolder(other);
while (about.gFolder?.URI != other || !about.gDBView) {
  await frame();
}
await new Promise(resolve => setTimeout(resolve, 500));
const begin = performance.now();
about.displayFolder(uri);
while (about.gFolder?.URI != uri || about.gDBView?.rowCount != count ||
    !about.threadTree.querySelector("tr.table-layout .subject-line span")?.textContent) {
  await frame();
}
await frame();
return performance.now() - begin;
'''

SCROLL = ABOUT + '''
const frame = () => new Promise(resolve => about.requestAnimationFrame(resolve));
const page = about.threadTree.getLastVisibleIndex() - about.threadTree.getFirstVisibleIndex();
about.threadTree.scrollToIndex(first, true);
await new Promise(resolve => setTimeout(resolve, 1000));
const begin = performance.now();
for (let i = 1; i <= pages; i++) {
  about.threadTree.scrollToIndex(first + i * page, true);
  await frame();
}
return performance.now() - begin;
'''


def write_folder(path, count):
    """An mbox file."""
    plain, signed = STRUCTURES[0][1], STRUCTURES[2][1]
    with open(path, 'wb') as file:
        for number in range(count):
            octets = message(number, f'message {number}', plain if number % 5 else signed)
            file.write(b'From - Sat Nov 21 12:00:00 2026\n' + octets + b'\n')


def processor_time(world):
    """Milliseconds that Thunderbird's main process has had of the processors."""
    with open(f'/proc/{world.thunderbird.process.pid}/stat', encoding='ascii') as file:
        fields = file.read().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf('SC_CLK_TCK')


def measure(world, count, first):
    """Milliseconds of opening and of scrolling, and those of the processor for both."""
    names = {'uri': world.folders.local('Big'), 'other': world.folders.local('Small')}
    begin = processor_time(world)
    opened = world.thunderbird.js(OPEN, count=count, **names)
    between = processor_time(world)
    scrolled = world.thunderbird.js(SCROLL, first=first, pages=PAGES)
    return opened, scrolled, between - begin, processor_time(world) - between


def switch(world, is_on):
    """The add-on on or off; what it does when it starts is over then."""
    if is_on:
        world.addon.enable()
    else:
        world.addon.disable()
    time.sleep(SETTLE_SECONDS)


def prepare(world, count):
    """The folder, opened once."""
    world.thunderbird.quit()
    write_folder(os.path.join(world.thunderbird.profile, 'Mail', 'Local Folders', 'Big'), count)
    world.thunderbird.start()
    world.addon.wait_started()
    messages = MessageList(world.thunderbird)
    messages.view(TABLE)
    messages.enlarge()
    messages.show(world.folders.local('Big'))
    messages.wait_count(count, 300)
    messages.show(world.folders.local('Small'))


def report(name, stock, ours):
    """One line; gives the ratio."""
    medians = statistics.median(stock), statistics.median(ours)
    ratio = medians[1] / medians[0]
    print(f'{name:17} stock {medians[0]:8.0f} ms  with the add-on {medians[1]:8.0f} ms  '
          f'ratio {ratio:.2f} (aim {AIM})', flush=True)
    return ratio


def main():
    """Prints the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--messages', type=int, default=100000)
    parser.add_argument('--pairs', type=int, default=7)
    options = parser.parse_args()
    world = World([], settings=SETTINGS)
    # of Thunderbird's own: columns come while a folder without summary is shown; pages that close
    world.expected_errors += ['closed conduit']
    world.start()
    times = {False: [], True: []}
    try:
        prepare(world, options.messages)
        step = options.messages // (2 * options.pairs + 2)
        for number in range(2 * options.pairs):
            # off on, on off, …: what drifts hits both alike
            is_on = number % 4 in (1, 2)
            switch(world, is_on)
            times[is_on].append(measure(world, options.messages, (number + 1) * step))
    finally:
        world.stop()
    for index, name in enumerate(('open', 'scroll', 'open, processor', 'scroll, processor')):
        report(name, *([one[index] for one in times[is_on]] for is_on in (False, True)))


if __name__ == '__main__':
    main()
