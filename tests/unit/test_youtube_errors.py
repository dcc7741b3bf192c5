"""Every error of YouTube has a reason and advice that is true of it."""

import json
from typing import get_args

import pytest

from sutradhar.destinations.youtube.costs import QuotaGone
from sutradhar.destinations.youtube.errors import name_error
from sutradhar.domain.publishing.failures import ADVICE
from tests.youtube_answers import REFUSALS, ErrorWord, make_error, make_json

EXPECTED = {
    "accessNotConfigured": ("token_invalid", "enable the YouTube Data API"),
    "accountSuspended": ("token_invalid", "suspension"),
    "authError": ("token_invalid", "youtube login"),
    "authenticatedUserAccountSuspended": ("token_invalid", "suspension"),
    "backendError": ("network", "connection"),
    "captionExists": ("rejected", ""),  # the client takes it for a success
    "channelSuspended": ("token_invalid", "suspension"),
    "forbidden": ("rejected", "youtube.com/verify"),
    "forbiddenPrivacySetting": ("rejected", "another privacy"),
    "insufficientPermissions": ("token_invalid", "allow everything"),
    "invalidCategoryId": ("rejected", "category"),
    "invalidDescription": ("rejected", "description"),
    "invalidImage": ("rejected", "thumbnail"),
    "invalidMetadata": ("rejected", "captions"),
    "invalidPublishAt": ("rejected", "another time"),
    "invalidTags": ("rejected", "tags"),
    "invalidTitle": ("rejected", "title"),
    "invalidVideoMetadata": ("rejected", "category"),
    "mediaBodyRequired": ("rejected", "retry the publication"),
    "playlistContainsMaximumNumberOfVideos": ("rejected", "another playlist"),
    "playlistNotFound": ("not_found", "playlist of this channel"),
    "processingFailure": ("rejected", "retry the publication"),
    "quotaExceeded": ("quota_exceeded", "midnight Pacific"),
    "rateLimitExceeded": ("quota_exceeded", "midnight Pacific"),
    "uploadLimitExceeded": ("upload_limit_exceeded", "wait a day"),
    "uploadRateLimitExceeded": ("network", ""),
    "userRateLimitExceeded": ("network", ""),
    "videoNotFound": ("not_found", "still exists"),
    "youtubeSignupRequired": ("token_invalid", "make a channel"),
}


@pytest.mark.parametrize("word", get_args(ErrorWord))
def test_each_error_has_its_reason_and_advice(word: ErrorWord) -> None:
    status, _, content = make_error(word)
    error = name_error(status, content)
    reason, advice = EXPECTED[word]
    assert error.failure.reason == reason
    assert advice in error.failure.advice
    assert json.loads(content)["error"]["message"] in error.failure.cause


@pytest.mark.parametrize(
    ("word", "bucket"), [("rateLimitExceeded", "uploads"), ("quotaExceeded", "units"), ("uploadRateLimitExceeded", "")]
)
def test_an_error_fills_only_the_bucket_that_it_names(word: ErrorWord, bucket: str) -> None:
    status, _, content = make_error(word)
    error = name_error(status, content)
    assert (error.bucket if isinstance(error, QuotaGone) else "") == bucket


def test_the_reason_is_read_from_the_newer_form_of_an_error_too() -> None:
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED"}]
    _, _, content = make_json({"error": {"code": 403, "message": "It is disabled.", "details": details}})
    assert "enable" in name_error(403, content).failure.advice


@pytest.mark.parametrize("fault", sorted(REFUSALS))
def test_a_page_that_is_not_of_youtube_is_a_matter_of_the_network(fault: str) -> None:
    status, _, content = REFUSALS[fault]
    failure = name_error(status, content).failure
    assert (failure.reason, failure.advice) == ("network", ADVICE["network"])
    assert "<" not in failure.cause
