#!/usr/bin/env bash
# Make google_schema.json anew: the schema of hashicorp/google for the types that terraform/ uses, out of a package of PyPI.
#   tests/terraform/make_schema.sh [VERSION_OF_cdktn-provider-google]     21.1.0 has the provider's version 8.7.0
set -euo pipefail
cd "$(dirname "$0")/../.."
stub=${TERRAFORM_STUB:-../shared/tools/terraform_stub} folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
.venv/bin/pip download -q --no-deps -d "$folder" "cdktn-provider-google==${1:-21.1.0}"
# the stub's script reads the older cdktf packages: the module has another name now, and fields stand outside of constructors
sed -e 's/cdktf\\\./cdkt[fn]\\./g' -e 's/startswith("cdktf\.")/startswith(("cdktf.", "cdktn."))/' \
  -e 's/\\n\\s+this\\.\\w+ = new/\\n\\s+(?:this\\.)?\\w+ = new/' "$stub/schema_from_cdktf.py" >"$folder/schema.py"
types=$(grep -rhoE '^(resource|data) "\w+"' terraform | sort -u | sed -E 's/resource "(\w+)"/\1/; s/data "(\w+)"/data.\1/')
.venv/bin/python "$folder/schema.py" "$folder"/*.whl tests/terraform/google_schema.json $types
