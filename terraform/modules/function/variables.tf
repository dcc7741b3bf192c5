variable "name" {
  description = "Of the function."
  type        = string
}

variable "entry_point" {
  description = "A name in functions/main.py."
  type        = string
}

variable "region" {
  description = "Where it runs."
  type        = string
}

variable "size" {
  description = "Memory and CPU of an instance, requests that one serves at once, fewest and most instances, seconds a request may take."
  type = object({
    memory      = string
    cpu         = string
    concurrency = number
    min         = number
    max         = number
    timeout     = number
  })
  validation {
    condition     = var.size.timeout <= 540
    error_message = "A pushed message has to be answered before its ack deadline of 600 s."
  }
}

variable "archive" {
  description = "Bucket and object of the source archive."
  type        = object({ bucket = string, object = string })
}

variable "builder" {
  description = "Id of the service account that builds it."
  type        = string
}

variable "from_everywhere" {
  description = "Whether requests may come from outside the project; who may make them is IAM's business."
  type        = bool
}

variable "environment" {
  description = "Environment variables."
  type        = map(string)
}

variable "secret_files" {
  description = "Path of a file => id of the secret whose latest version it shows at each reading. Its folder holds nothing else."
  type        = map(string)
  default     = {}
}

variable "secrets" {
  description = "Environment variable => id of the secret."
  type        = map(string)
  default     = {}
}
