"""Analyse songs, and find when their lyrics are sung."""

from functions.api.audio_models import (
    AlignmentAnswer,
    AlignmentBody,
    AnalysisAnswer,
    AnalysisBody,
    AnalysisQuery,
    OrderState,
)
from functions.api.auth import caller
from functions.api.endpoint import endpoint
from sutradhar import bootstrap
from sutradhar.pipeline import audio_orders


@endpoint(answers={200: AnalysisAnswer, 202: AnalysisAnswer})
def order_analysis(body: AnalysisBody) -> tuple[AnalysisAnswer, int, dict[str, str]]:
    """Find the tempo, the beats, the sections and the key of a song. 200: they are known; 202: a worker finds them, see
    ``links.self``.

    A file is analysed once: another upload with the same bytes has the answer at once.
    """
    answer = AnalysisAnswer.describe(audio_orders.order_analysis(bootstrap.services(), body.upload_id, caller()))
    return answer, *_describe_order(answer.state, answer.links.self)


@endpoint(answers={200: AnalysisAnswer})
def show_analysis(analysis_id: str, query: AnalysisQuery) -> AnalysisAnswer:
    """Show an analysis that was ordered, with the parts of the song that fit a video of ``target_sec`` best."""
    order = audio_orders.read_analysis(bootstrap.services(), analysis_id, caller())
    return AnalysisAnswer.describe(order, query.target_sec)


@endpoint(answers={200: AlignmentAnswer, 202: AlignmentAnswer})
def order_alignment(body: AlignmentBody) -> tuple[AlignmentAnswer, int, dict[str, str]]:
    """Find when each word of lyrics is sung. 200: the times are known; 202: a worker finds them, see ``links.self``.

    The times of the same lyrics in the same file are found once.
    """
    order = audio_orders.order_alignment(bootstrap.services(), body.upload_id, body.lyrics, body.language, caller())
    answer = AlignmentAnswer.describe(order)
    return answer, *_describe_order(answer.state, answer.links.self)


@endpoint(answers={200: AlignmentAnswer})
def show_alignment(alignment_id: str) -> AlignmentAnswer:
    """Show the times of lyrics that were ordered."""
    return AlignmentAnswer.describe(audio_orders.read_alignment(bootstrap.services(), alignment_id, caller()))


def _describe_order(state: OrderState, url: str) -> tuple[int, dict[str, str]]:
    """Return the status and the headers of the answer to an order."""
    return (200, {}) if state == "ready" else (202, {"Location": url, "Retry-After": "1"})
