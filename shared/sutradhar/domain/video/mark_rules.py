"""Judge the marks of a finished video: what says inside its files how they were made."""

from collections.abc import Iterator

from sutradhar.domain.video.check_result import CheckResult, judge
from sutradhar.domain.video.file_facts import CheckedMarks, FileFacts

_SIGNED = "content credentials that belong to the file and list its parts, and XMP"
_UNSIGNED = "XMP that says how the file was made"


def check_marks(facts: FileFacts, *, is_signed: bool) -> Iterator[CheckResult]:
    """Yield the results for the video and its thumbnail; none if the files were to have no marks.

    Args:
        is_signed: True: a certificate signs the files of this installation. Without one they have XMP only, which is
            no fault.
    """
    for rule, marks in (("marks", facts.marks), ("thumbnail marks", facts.thumbnail_marks)):
        if marks is not None:
            ok = marks.has_xmp and (not is_signed or (marks.credentials == "valid" and marks.states_facts))
            yield judge(rule, ok, _describe(marks), _SIGNED if is_signed else _UNSIGNED)


def _describe(marks: CheckedMarks) -> str:
    xmp = "XMP" if marks.has_xmp else "no fitting XMP"
    if marks.credentials == "none":
        return f"{xmp} only, not signed: there is no certificate" if marks.has_xmp else "no marks"
    problems = f" ({', '.join(marks.problems)})" if marks.problems else ""
    listed = "" if marks.states_facts else ", which list other parts"
    return f"{xmp}, {marks.credentials} content credentials{problems} of {marks.signer or 'an unnamed signer'}{listed}"
