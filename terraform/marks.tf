# The key that signs the marks in finished files (docs/marks.md). It never leaves Cloud KMS, and only the renderer may use it.
# Google deletes no key ring: a second `apply` after a `destroy` needs another var.name, or an import of the ring.
locals {
  marks_key_version = join("", [for key in google_kms_crypto_key.marks :
    "projects/${var.project}/locations/${var.region}/keyRings/${google_kms_key_ring.marks[0].name}/cryptoKeys/${key.name}/cryptoKeyVersions/1"
  ])
  # without its certificate the key could sign nothing
  marks_environment = var.marks && var.marks_certificate != "" ? {
    MARKS_KMS_KEY     = local.marks_key_version
    MARKS_CERTIFICATE = var.marks_certificate
  } : {}
}

resource "google_kms_key_ring" "marks" {
  count      = var.marks ? 1 : 0
  name       = "${var.name}-marks"
  location   = var.region
  depends_on = [google_project_service.this]
}

resource "google_kms_crypto_key" "marks" {
  count    = length(google_kms_key_ring.marks)
  name     = "sign"
  key_ring = google_kms_key_ring.marks[0].id
  purpose  = "ASYMMETRIC_SIGN"
  #checkov:skip=CKV_GCP_82:files that were signed verify without the key, and a new one is made by marks setup

  version_template {
    algorithm        = "EC_SIGN_P256_SHA256"
    protection_level = "SOFTWARE"
  }
}

resource "google_kms_crypto_key_iam_member" "renderer_signs" {
  count         = length(google_kms_crypto_key.marks)
  crypto_key_id = google_kms_crypto_key.marks[0].id
  role          = "roles/cloudkms.signerVerifier"
  member        = "serviceAccount:${google_service_account.renderer.email}"
}
