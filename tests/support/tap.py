# SPDX-License-Identifier: MPL-2.0
"""Runs the unittest cases of a module and reports them as TAP, each subtest by itself."""

import sys
import time
import unittest


class _TapResult(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.n_lines = 0
        self.n_subtests = 0

    def _line(self, test, outcome, why='', details=''):
        self.n_lines += 1
        # what fails in setUpModule or setUpClass is no test case
        name = _name(test) if isinstance(test, unittest.TestCase) else str(test)
        print(f'{outcome} {self.n_lines} {name}{why}')
        for line in details.splitlines():
            print(f'# {line}')
        sys.stdout.flush()

    def startTest(self, test):
        super().startTest(test)
        self.n_subtests = 0
        self._begin = time.monotonic()

    def stopTest(self, test):
        super().stopTest(test)
        print(f'# {_name(test)} took {time.monotonic() - self._begin:.1f} s', flush=True)

    def addSuccess(self, test):
        if self.n_subtests == 0:
            self._line(test, 'ok')

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._line(test, 'ok', f' # SKIP {reason}')

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._line(test, 'not ok', details=self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self._line(test, 'not ok', details=self.errors[-1][1])

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        self.n_subtests += 1
        if err is None:
            self._line(subtest, 'ok')
            return
        kind = self.failures if issubclass(err[0], test.failureException) else self.errors
        self._line(subtest, 'not ok', details=kind[-1][1])


def _name(test):
    """Class.method, and the words that a subtest was given."""
    parent = getattr(test, 'test_case', test)
    name = f'{type(parent).__name__}.{parent._testMethodName}'
    if parent is not test:
        words = [test._message] if isinstance(test._message, str) else []
        words += [str(value) for value in test.params.values()]
        name += ' ' + ' '.join(words)
    return name.replace('#', '').replace('\n', ' ')


def main():
    """Runs the calling script's tests, or those named as arguments; exits."""
    names = sys.argv[1:] or None
    loader = unittest.defaultTestLoader
    module = sys.modules['__main__']
    suite = (loader.loadTestsFromNames(names, module) if names
             else loader.loadTestsFromModule(module))
    result = _TapResult()
    suite.run(result)
    print(f'1..{result.n_lines}')
    sys.exit(0 if result.wasSuccessful() and result.n_lines else 1)
