#!/usr/bin/env bash
# Foreign programs that tests run as peers, too large to be installed with the product: Azurite (Azure Blob) and the built OHIF viewer,
# of which the package's files alone are taken. From the npm registry.
set -euo pipefail
cd "$(dirname "$0")"
ohif=3.13.2
sha256=b189d3963bfc58e9394a9db8c7be75d07beb029ec211dbb126d47b62969dd3f1
[ -x node_modules/.bin/azurite-blob ] || npm ci --ignore-scripts
if [ ! -e ohif/dist/index.html ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  npm pack --silent --pack-destination "$folder" "@ohif/app@$ohif" >/dev/null
  echo "$sha256  $folder/ohif-app-$ohif.tgz" | sha256sum --check --quiet
  rm -rf ohif && mkdir ohif
  tar -xzf "$folder/ohif-app-$ohif.tgz" -C ohif --strip-components=1
fi
