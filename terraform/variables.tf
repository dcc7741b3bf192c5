variable "project" {
  description = "Id of the Google Cloud project; it may hold other things too."
  type        = string
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "A project id has 6 to 30 lower case letters, digits and hyphens."
  }
}

variable "region" {
  description = "Of everything; it must have Cloud Run with L4 if render_on is gpu."
  type        = string
  default     = "europe-west4"
  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]{1,2}$", var.region))
    error_message = "A region looks like europe-west4."
  }
}

variable "name" {
  description = "Stands before the name of everything that is made, so that two deployments can share a project."
  type        = string
  default     = "sutradhar"
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,11}[a-z0-9]$", var.name))
    error_message = "4 to 13 lower case letters, digits and hyphens: a Firestore database has at least 4, and service accounts have short names."
  }
  validation {
    condition     = !startswith(var.name, "goog") && !strcontains(var.name, "google")
    error_message = "Google keeps names with goog at their start, or google in them, to itself."
  }
}

variable "archive" {
  description = "Path of the functions' archive, as `python -m functions.dev.package` prints it."
  type        = string
  validation {
    condition     = can(regex("functions-[0-9a-f]{64}\\.zip$", var.archive))
    error_message = "Give the path that `python -m functions.dev.package --out build` prints; its name holds the sha256."
  }
}

variable "image" {
  description = "The renderer's image with its digest: REGION-docker.pkg.dev/PROJECT/REPOSITORY/renderer@sha256:..."
  type        = string
  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.image))
    error_message = "Name the image by its digest, not by a tag: a tag may mean another image tomorrow."
  }
}

variable "render_on" {
  description = "gpu: Cloud Run with an L4; cpu: its twin without. Both jobs are there; dispatch starts this one."
  type        = string
  default     = "gpu"
  validation {
    condition     = contains(["gpu", "cpu"], var.render_on)
    error_message = "gpu or cpu."
  }
}

variable "renderer_size" {
  description = "CPUs and memory of one render task: 4 and 16 GiB, or 8 and 32 GiB (what Cloud Run offers with an L4)."
  type        = object({ cpus = number, memory_gib = number })
  default     = { cpus = 4, memory_gib = 16 }
  validation {
    condition     = contains(["4/16", "8/32"], "${var.renderer_size.cpus}/${var.renderer_size.memory_gib}")
    error_message = "4 CPUs with 16 GiB, or 8 with 32."
  }
}

variable "public_api" {
  description = "True: IAM lets every caller on the internet through to the function api, which answers only calls with one of its API keys (sutradhar keys add) and refuses all calls until a key exists. False: callers need an identity token, and also a key once one exists."
  type        = bool
  default     = false
}

variable "oidc" {
  description = "The issuer whose tokens the function api takes in place of API keys, the audiences that they must have, the accounts that may call (addresses, @domain or subjects; none: all of the issuer) and that are admins, and the claim with their roles (docs/access.md). With it every call needs a key or a token."
  type = object({
    issuer     = string
    audiences  = set(string)
    callers    = optional(set(string), [])
    admins     = optional(set(string), [])
    role_claim = optional(string, "")
  })
  default = null
  validation {
    condition     = var.oidc == null || can(regex("^https://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~-]+)*/?$", var.oidc.issuer))
    error_message = "The issuer is an https URL, such as https://accounts.google.com."
  }
  validation {
    condition     = var.oidc == null || length(try(var.oidc.audiences, [])) > 0
    error_message = "Name at least one audience: without it a token for any other service would be let in."
  }
  validation {
    condition     = !contains(["https://accounts.google.com", "https://token.actions.githubusercontent.com"], trimsuffix(try(var.oidc.issuer, ""), "/")) || length(try(var.oidc.callers, [])) > 0
    error_message = "Name the callers: this issuer gives every account in the world tokens for any audience."
  }
}

variable "callers" {
  description = "The accounts that may call the function api: user:..., group:..., serviceAccount:..."
  type        = set(string)
  default     = []
  validation {
    condition     = alltrue([for caller in var.callers : can(regex("^(user|group|serviceAccount|domain|principal|principalSet):.+$", caller))])
    error_message = "A caller looks like user:you@example.com; public_api lets in every caller."
  }
}

variable "asset_days" {
  description = "Days for which images, voices and encoded segments are kept; a video that is made again within that time pays for nothing twice."
  type        = number
  default     = 30
  validation {
    condition     = var.asset_days >= 2 && var.asset_days <= 3650
    error_message = "2 to 3650 days."
  }
}

variable "output_days" {
  description = "Days for which the files of an ended job are kept: video, captions, thumbnail; 0: for ever. Pinned jobs keep theirs."
  type        = number
  default     = 30
  validation {
    condition     = var.output_days >= 0 && var.output_days <= 3650
    error_message = "0 to 3650 days."
  }
}

variable "upload_days" {
  description = "Days for which a file that a user sent is kept without a use; 0: for ever. Files that a job with its files uses are kept."
  type        = number
  default     = 7
  validation {
    condition     = var.upload_days >= 0 && var.upload_days <= 3650
    error_message = "0 to 3650 days."
  }
}

variable "publish_bucket" {
  description = "The bucket, with a folder in it or without, to which videos can be published, such as gs://bucket/videos; empty: none. The function publish may write there, and only there. The bucket needs uniform access."
  type        = string
  default     = ""
  validation {
    condition     = var.publish_bucket == "" || can(regex("^gs://[a-z0-9][a-z0-9._-]{1,220}[a-z0-9](/[A-Za-z0-9_.~ -]+)*/?$", var.publish_bucket))
    error_message = "The place looks like gs://bucket or gs://bucket/videos."
  }
}

variable "cors_origins" {
  description = "Origins of the web pages that may call the API and send files from a browser, such as https://studio.example.com."
  type        = set(string)
  default     = []
  validation {
    condition     = alltrue([for origin in var.cors_origins : can(regex("^https?://[a-z0-9.-]+(:[0-9]+)?$", origin))])
    error_message = "An origin is a scheme and a host, such as https://studio.example.com: no path, no slash at its end, no asterisk."
  }
}

variable "job_days" {
  description = "Days for which ended jobs are kept at all, in the library too; 0: for ever. Pinned ones stay."
  type        = number
  default     = 0
  validation {
    condition     = var.job_days >= 0 && var.job_days <= 3650
    error_message = "0 to 3650 days."
  }
}

variable "min_api_instances" {
  description = "Instances of api that never stop: 1 spares the first caller the cold start and costs some dollars a month."
  type        = number
  default     = 0
  validation {
    condition     = var.min_api_instances >= 0 && var.min_api_instances <= 10
    error_message = "0 to 10."
  }
}

variable "secrets" {
  description = "Environment variable => names of the functions that read it. Its value is put into Secret Manager by hand (docs/deploy.md)."
  type        = map(set(string))
  default     = {}
  validation {
    condition     = alltrue([for variable in keys(var.secrets) : can(regex("^[A-Z][A-Z0-9_]*$", variable))])
    error_message = "The names of environment variables are upper case."
  }
  validation {
    condition     = alltrue([for reader in setunion([], values(var.secrets)...) : contains(keys(local.functions), reader)])
    error_message = "Each reader must be one of the functions in functions.tf, such as plan or produce."
  }
  validation {
    condition     = length(setintersection(keys(var.secrets), keys(local.environment))) == 0
    error_message = "A secret cannot have the name of a variable that functions.tf sets."
  }
}

variable "youtube" {
  description = "True: videos can be published on YouTube. The sign-in is put into Secret Manager by hand first (docs/deploy.md)."
  type        = bool
  default     = false
  validation {
    condition     = !var.youtube || !contains(keys(var.secrets), "YOUTUBE_TOKEN")
    error_message = "The secret YOUTUBE_TOKEN would have the name of the sign-in's own secret."
  }
}

variable "marks" {
  description = "True: a key in Cloud KMS signs the marks in finished files, once marks_certificate has its certificate (docs/marks.md)."
  type        = bool
  default     = false
}

variable "marks_certificate" {
  description = "The certificate of the key, as PEM: file(\"certificate.pem\"), which `sutradhar marks setup --kms` makes. It is no secret."
  type        = string
  default     = ""
  validation {
    condition     = var.marks_certificate == "" || startswith(var.marks_certificate, "-----BEGIN CERTIFICATE-----")
    error_message = "Give the text of the file, with file(), not its path."
  }
  validation {
    condition     = var.marks_certificate == "" || var.marks
    error_message = "Without marks = true there is no key that this certificate could belong to."
  }
}

variable "settings" {
  description = "More environment variables of all functions and of the renderer, such as PROVIDERS, DAILY_BUDGET_USD or ENCODER (.env.example lists all). Nothing secret: see secrets."
  type        = map(string)
  default     = {}
  validation {
    condition     = length(setintersection(keys(var.settings), keys(local.not_settings))) == 0
    error_message = join(" ", [for name in setintersection(keys(var.settings), keys(local.not_settings)) : "${name}: ${local.not_settings[name]}."])
  }
  validation {
    condition     = length(setintersection(keys(var.settings), setunion(keys(local.environment), keys(var.secrets)))) == 0
    error_message = "A setting cannot have the name of a secret or of a variable that functions.tf sets."
  }
}

variable "alert_email" {
  description = "Where alerts go; empty: they are only shown in the console."
  type        = string
  default     = ""
  validation {
    condition     = var.alert_email == "" || can(regex("^[^@\\s]+@[^@\\s]+$", var.alert_email))
    error_message = "One mail address, such as you@example.com."
  }
}

variable "billing_account" {
  description = "For the budget; empty: none is made."
  type        = string
  default     = ""
  validation {
    condition     = var.billing_account == "" || can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.billing_account))
    error_message = "A billing account looks like 012345-6789AB-CDEF01."
  }
}

variable "monthly_budget" {
  description = "In the billing account's currency. At half, nine tenths and all of it the billing account's administrators get a mail. It stops nothing."
  type        = number
  default     = 50
  validation {
    condition     = var.monthly_budget >= 1 && floor(var.monthly_budget) == var.monthly_budget
    error_message = "A whole number, at least 1."
  }
}

variable "protect" {
  description = "True: Terraform refuses to delete the database and a bucket with videos in it."
  type        = bool
  default     = true
}
