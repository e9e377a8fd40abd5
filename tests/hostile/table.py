#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Prints what each hostile shape costs: table.py [NAME]…, those whose names begin so."""

import sys

import hostile


def main():
    hostile.prepare()
    print(f'{"shape":44} {"octets":>10} {"MB":>7} {"s":>7}  exit  answer', flush=True)
    for shape in hostile.SHAPES:
        if sys.argv[1:] and not shape.name.startswith(tuple(sys.argv[1:])):
            continue
        cost = hostile.run(shape)
        mark = '' if hostile.is_cheap(cost) else ' TOO MUCH'
        wrong = '' if hostile.is_right(shape, cost) else ' WRONG'
        print(f'{shape.name:44} {cost.n_octets:10} {cost.megabytes:7.1f} {cost.seconds:7.3f}  '
              f'{cost.code:4}  {cost.answer[-150:]!r}{mark}{wrong}', flush=True)
    hostile.finish()


if __name__ == '__main__':
    main()
