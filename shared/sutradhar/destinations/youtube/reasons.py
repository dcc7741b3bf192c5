"""The reason and the advice behind each word with which YouTube refuses a call or a video."""

from collections.abc import Mapping
from typing import Any

from sutradhar.domain.publishing.failures import Reason
from sutradhar.ports.publishing import PublishError

_LOGIN = "run `sutradhar youtube login`"
_SIGN_UP = f"make a channel at youtube.com with this Google account, or {_LOGIN} with an account that has one"
_CLOSED = f"the channel is closed; {_LOGIN} with the account of another channel"
_SUSPENDED = f"read YouTube's email about the suspension, or {_LOGIN} with the account of another channel"
_VERIFY = "verify the channel's phone number at youtube.com/verify"
_ENABLE = "enable the YouTube Data API v3 in the Google Cloud project of the OAuth client"
_SCOPES = f"{_LOGIN} again, and allow everything that it asks for"
_RENDER = "retry the job, look at its video, and publish that one"
ERRORS: Mapping[str, tuple[Reason, str]] = {
    "uploadLimitExceeded": ("upload_limit_exceeded", ""),
    "quotaExceeded": ("quota_exceeded", ""),
    "dailyLimitExceeded": ("quota_exceeded", ""),
    "authError": ("token_invalid", ""),
    "authorizationRequired": ("token_invalid", ""),
    "insufficientPermissions": ("token_invalid", _SCOPES),
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": ("token_invalid", _SCOPES),
    "accessNotConfigured": ("token_invalid", _ENABLE),
    "SERVICE_DISABLED": ("token_invalid", _ENABLE),
    "youtubeSignupRequired": ("token_invalid", _SIGN_UP),
    "authenticatedUserNotChannel": ("token_invalid", _SIGN_UP),
    "accountClosed": ("token_invalid", _CLOSED),
    "authenticatedUserAccountClosed": ("token_invalid", _CLOSED),
    "channelClosed": ("token_invalid", _CLOSED),
    "accountSuspended": ("token_invalid", _SUSPENDED),
    "authenticatedUserAccountSuspended": ("token_invalid", _SUSPENDED),
    "channelSuspended": ("token_invalid", _SUSPENDED),
    "videoNotFound": ("not_found", ""),
    "playlistNotFound": ("not_found", "choose a playlist of this channel, since it does not have this one"),
    "channelNotFound": ("not_found", ""),
    "duplicate": ("duplicate", ""),
    "uploadTooLarge": ("video_too_large", ""),
    "forbidden": (
        "rejected",
        f"check that this account may change the channel, and {_VERIFY}: thumbnails and long videos need it",
    ),
    "forbiddenPrivacySetting": ("rejected", "choose another privacy: this channel may not use this one"),
    "invalidTitle": ("rejected", "change the title: YouTube takes 1 to 100 characters, without < and >"),
    "invalidDescription": (
        "rejected",
        "shorten the description: with chapters and credits, YouTube takes 5000 bytes, without < and >",
    ),
    "invalidTags": ("rejected", "take out some tags: YouTube takes 500 characters in all, without < and >"),
    "invalidCategoryId": ("rejected", "choose a category that YouTube has, such as 22"),
    "invalidPublishAt": ("rejected", "choose another time"),
    "invalidVideoMetadata": ("rejected", "check the title, the category and the time"),
    "invalidImage": ("rejected", "set the thumbnail in YouTube Studio"),
    "invalidMetadata": ("rejected", "add the captions in YouTube Studio"),
    "playlistContainsMaximumNumberOfVideos": ("rejected", "choose another playlist: this one is full"),
    "mediaBodyRequired": ("rejected", "retry the publication, since the video did not arrive"),
    "processingFailure": ("rejected", "retry the publication; change the words if YouTube refuses them again"),
}
"""The keys are words of errors (developers.google.com/youtube/v3/docs/errors, and those in capitals:
cloud.google.com/apis/design/errors). Empty advice: that of the reason."""
REJECTIONS: Mapping[str, tuple[Reason, str]] = {
    "duplicate": ("duplicate", ""),
    "length": ("video_too_large", f"{_VERIFY}: without it, a video may have 15 minutes"),
    "uploaderAccountSuspended": ("token_invalid", _SUSPENDED),
    "uploaderAccountClosed": ("token_invalid", _CLOSED),
    "deleted": ("not_found", "publish the job again, since its video was deleted at YouTube"),
    "conversion": ("rejected", _RENDER),
    "invalidFile": ("rejected", _RENDER),
    "emptyFile": ("rejected", _RENDER),
    "tooSmall": ("rejected", _RENDER),
    "codec": ("rejected", _RENDER),
    "uploadAborted": ("rejected", "publish the job again, since YouTube ended the upload"),
}
"""The keys are values of rejectionReason, failureReason and uploadStatus
(developers.google.com/youtube/v3/docs/videos)."""
OTHER_REJECTION = "open the video in YouTube Studio, which shows the reason"
"""The advice for a rejection of another kind."""


def name_missing_channel() -> PublishError:
    """Return the error of a Google account without a channel."""
    reason, advice = ERRORS["youtubeSignupRequired"]
    return PublishError(reason, "the Google account has no channel", advice=advice)


def name_rejection(status: Mapping[str, Any]) -> PublishError | None:
    """Return the error of a video that YouTube did not accept, by the ``status`` of its resource; None: it did."""
    if status.get("uploadStatus") not in ("rejected", "failed", "deleted"):
        return None
    why = status.get("rejectionReason") or status.get("failureReason") or status["uploadStatus"]
    reason, advice = REJECTIONS.get(why, ("rejected", OTHER_REJECTION))
    return PublishError(reason, f"YouTube did not accept the video: {why}", advice=advice)
