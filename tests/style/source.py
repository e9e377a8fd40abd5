# SPDX-License-Identifier: MPL-2.0
"""C and JavaScript as far as the checks need them: text without comments and strings, functions."""

import ast
import re
from bisect import bisect_right
from collections import namedtuple

# name: '' for an anonymous one; offset of the name; first and last line; own lines, without those
# of functions inside
Function = namedtuple('Function', 'name offset first last n_lines')
# A control statement and how many others of the same function hold it, itself included.
Control = namedtuple('Control', 'line depth')

C_TOKENS = re.compile(r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.S)
JS_TOKENS = re.compile(r"""
    //[^\n]* | /\*.*?\*/ | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' | `(?:\\.|[^`\\])*` |
    (?<=[=(,:\[!&|?{;\n])[ ]*/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[a-z]*
    """, re.S | re.X)
C_DIRECTIVES = re.compile(r'^[ \t]*#(?:\\\n|[^\n])*', re.M)
WORD_BEFORE = re.compile(r'([A-Za-z_$#][\w$]*)\s*$')
CONTROL_WORDS = {'if', 'for', 'while', 'switch', 'catch', 'with', 'else', 'do', 'try', 'finally'}


def _blank(match):
    return re.sub(r'[^\n]', ' ', match.group())


def without_comments(text):
    """C with comments blanked; strings stay."""
    return C_TOKENS.sub(lambda m: _blank(m) if m.group()[0] == '/' else m.group(), text)


def masked(text, language):
    """The text with comments and strings blanked, as long as before."""
    return (C_TOKENS if language == 'c' else JS_TOKENS).sub(_blank, text)


class LineIndex:
    """Line numbers of offsets."""

    def __init__(self, text):
        self._starts = [0] + [m.end() for m in re.finditer('\n', text)]

    def line(self, offset):
        return bisect_right(self._starts, offset)


def _opening_parenthesis(text, closing):
    depth = 0
    for at in range(closing, -1, -1):
        if text[at] == ')':
            depth += 1
        elif text[at] == '(':
            depth -= 1
            if depth == 0:
                return at
    return -1


def _brace_head(code, brace):
    """What the brace opens: ('function', name, offset), ('control', ...) or ('other', ...)."""
    before = code[:brace].rstrip()
    if before.endswith('=>'):
        return 'function', '', len(before) - 2
    if not before.endswith(')'):
        word = WORD_BEFORE.search(before)
        is_control = word is not None and word.group(1) in CONTROL_WORDS
        return ('control' if is_control else 'other'), '', brace
    opening = _opening_parenthesis(before, len(before) - 1)
    word = WORD_BEFORE.search(before[:max(opening, 0)])
    if word is None:
        return 'other', '', brace
    if word.group(1) in CONTROL_WORDS or word.group(1) == 'await':
        return 'control', '', word.start(1)
    name = '' if word.group(1) == 'function' else word.group(1)
    return 'function', name, word.start(1)


class _Scan:
    """Walks over the braces of masked code and notes functions and control statements."""

    def __init__(self, code):
        self.code = code
        self.index = LineIndex(code)
        self.functions = []
        self.controls = []
        self._open = []

    def run(self):
        for match in re.finditer(r'[{}]', self.code):
            if match.group() == '{':
                self._enter(match.start())
            elif self._open:
                self._leave(match.start())
        return self

    def _enter(self, at):
        kind, name, offset = _brace_head(self.code, at)
        self._open.append([kind, name, offset, 0])
        if kind == 'control':
            kinds = [block[0] for block in self._open]
            kinds.reverse()
            inside = kinds[:kinds.index('function')] if 'function' in kinds else kinds
            self.controls.append(Control(self.index.line(offset), inside.count('control')))

    def _leave(self, at):
        kind, name, offset, n_inner = self._open.pop()
        if kind != 'function':
            if self._open:
                self._open[-1][3] += n_inner
            return
        first, last = self.index.line(offset), self.index.line(at)
        n_lines = last - first + 1
        self.functions.append(Function(name, offset, first, last, n_lines - n_inner))
        if self._open:
            self._open[-1][3] += n_lines


def c_functions(text):
    """Function definitions of C; inside one, braces after a parenthesis are a compound literal."""
    code = C_DIRECTIVES.sub(_blank, masked(text, 'c'))
    found = [f for f in _Scan(code).run().functions if f.name]
    found.sort(key=lambda function: function.first)
    outermost = []
    for function in found:
        if not outermost or function.first > outermost[-1].last:
            n_lines = function.last - function.first + 1
            outermost.append(function._replace(n_lines=n_lines))
    return outermost


def c_controls(text):
    """Control statements of C; the project's indentation of 4 tells how deep one stands."""
    code = C_DIRECTIVES.sub(_blank, masked(text, 'c'))
    found = []
    for number, line in enumerate(code.split('\n'), 1):
        match = re.match(r'( +)(?:\} )?(?:if|for|while|switch|do|else)\b', line)
        if match:
            found.append(Control(number, len(match.group(1)) // 4))
    return found


def js_functions(text):
    """Functions, methods and arrow functions with a block."""
    return _Scan(masked(text, 'js')).run().functions


def js_controls(text):
    return _Scan(masked(text, 'js')).run().controls


FUNCTION_NODES = (ast.FunctionDef, ast.AsyncFunctionDef)
CONTROL_NODES = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.AsyncFor, ast.AsyncWith)


def python_functions(text):
    nodes = [n for n in ast.walk(ast.parse(text)) if isinstance(n, FUNCTION_NODES)]
    return [Function(n.name, 0, n.lineno, n.end_lineno, n.end_lineno - n.lineno + 1) for n in nodes]


def python_controls(text):
    found = []

    def visit(node, depth):
        for child in ast.iter_child_nodes(node):
            is_elif = isinstance(node, ast.If) and node.orelse == [child]
            if isinstance(child, FUNCTION_NODES):
                visit(child, 0)
            elif isinstance(child, CONTROL_NODES) and not (is_elif and isinstance(child, ast.If)):
                found.append(Control(child.lineno, depth + 1))
                visit(child, depth + 1)
            else:
                visit(child, depth)

    visit(ast.parse(text), 0)
    return found


FUNCTIONS = {'c': c_functions, 'js': js_functions, 'python': python_functions}
CONTROLS = {'c': c_controls, 'js': js_controls, 'python': python_controls}
