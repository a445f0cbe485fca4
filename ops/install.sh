#!/usr/bin/env bash
# Installs dafu from the wheels beside this file, without a network, and tries it on the sample archive.
# PYTHON names the interpreter where it is not python3.11.
set -euo pipefail
umask 022  # the service runs as another user

target=${1:?用法：install.sh 安装到的文件夹，例如 install.sh /usr/local/dafu/0.1.0}
[ ! -e "$target" ] || { echo "$target 已经存在。请换一个新文件夹，旧版本留着以便退回。" >&2; exit 1; }
target=$(realpath -m "$target")
cd "$(dirname "$0")/.."

echo "核对文件……"
sha256sum --quiet --check SHA256SUMS || { echo "文件与 SHA256SUMS 不符：请重新拷贝安装包。" >&2; exit 1; }

echo "安装到 $target ……"
"${PYTHON:-python3.11}" -m venv "$target"
# Whatever the machine's own pip is set to: these wheels and nothing else.
PIP_CONFIG_FILE=/dev/null "$target/bin/pip" install --isolated --quiet --no-index --find-links wheels dafu
"$target/bin/pip" check

echo "试用：为示例档案建立索引并检索……"
trial=$(mktemp -d)
trap 'rm -rf "$trial"' EXIT
sample=$("$target/bin/python" -c 'import corpus; print(corpus.__path__[0] + "/sample/letters")')
"$target/bin/dafu" index "$sample" --into "$trial/index"
"$target/bin/dafu" verify "$trial/index"
"$target/bin/dafu" search '老年助餐 补贴标准' --index "$trial/index" -k 1 | tee "$trial/found"
grep -q '高度相关' "$trial/found" || { echo "示例档案里没有查到应有的答复：安装不完整。" >&2; exit 1; }
echo "安装完成：$target/bin/dafu"
