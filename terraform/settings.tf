locals {
  # Variables of our code that do not belong into var.settings, each with what to do instead or the reason. All others pass
  # through it to every function and to the renderer; tests/terraform/test_settings.py compares this list with the code.
  not_settings = {
    ASSET_WORKERS          = "only the worker of a laptop reads it"
    CLOUD_RUN_ENDPOINT     = "it names an emulator of Cloud Run"
    CLOUD_RUN_EXECUTION    = "Cloud Run sets it for each task"
    CLOUD_RUN_TASK_COUNT   = "Cloud Run sets it for each task"
    CLOUD_RUN_TASK_INDEX   = "Cloud Run sets it for each task"
    CORS_ORIGINS           = "set cors_origins, which the bucket needs too"
    JSON_LOGS              = "the log of a function is always JSON"
    LOG_FILE               = "Cloud Logging reads standard error, and a file would fill the memory"
    OIDC_ADMINS            = "set oidc"
    OIDC_AUDIENCE          = "set oidc"
    OIDC_CALLERS           = "set oidc"
    OIDC_ISSUER            = "set oidc"
    OIDC_ROLE_CLAIM        = "set oidc"
    PARENT_FD              = "only the runner of a laptop sets it"
    PORT                   = "Cloud Run sets it"
    PRICE_TABLE            = "a function does not have your file; give MODEL_PRICES instead"
    PUBLISH_BUCKET         = "set publish_bucket, which lets publish write there"
    PUBLISH_FOLDER         = "a function has no folder that stays"
    PUBLIC_API             = "set public_api, which lets callers through"
    RENDER_REQUEST         = "dispatch sets it for each render"
    SERVICE_ACCOUNT        = "each function has one of its own"
    SUTRADHAR_HOME         = "nothing is kept in the folders of a function"
    TMP_WORKDIR            = "the renderer has no other disk than the system's folder"
    WEBHOOK_LOOPBACK       = "webhooks of callers would reach into the function itself"
    WHISPER_MODEL          = "a function does not have your model"
    XDG_DATA_HOME          = "nothing is kept in the folders of a function"
    YOUTUBE_CLIENT_SECRETS = "only `sutradhar youtube login` reads it"
    YOUTUBE_TOKEN_FILE     = "set youtube, which mounts the secret"
  }
}
