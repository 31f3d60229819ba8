# shellcheck shell=bash disable=SC2153 # what is written in capitals is set by the action
# The action's scan: annotations on standard output, the job summary, a SARIF file without what somebody accepted (GitHub would open
# alerts for it), the text of the comment, the outputs.
# It ends well whatever was found, so that the comment is written; the last step of the action gives the verdict.

if [ -z "$SARIF" ]; then SARIF="$TEMPORARY/policypack.sarif"; fi
case "$SARIF" in
  /* | [A-Za-z]:*) ;;
  *) SARIF="$PWD/$SARIF" ;;
esac
comment="$TEMPORARY/policypack-comment.md"
rm -f -- "$comment"

# Whoever writes `yes` means it: a word that is neither must not be taken for "false".
switch() {
  case "$2" in
    [Tt][Rr][Uu][Ee]) return 0 ;;
    [Ff][Aa][Ll][Ss][Ee] | "") return 1 ;;
  esac
  echo "::error title=policypack::the input $1 is neither \"true\" nor \"false\""
  exit 2
}

arguments=(--format github --fail-on "$FAIL_ON" --output "alerts=$SARIF" --output "comment=$comment")
if switch code-scanning "$CODE_SCANNING"; then :; fi
if switch strict "$STRICT"; then arguments+=(--strict); fi
if [ -n "$CONFIG" ]; then arguments+=(--config "$CONFIG"); fi
if [ -n "$SOURCE" ]; then arguments+=(--source "$SOURCE"); fi
if [ -n "$BASELINE" ]; then arguments+=(--baseline "$BASELINE"); fi
while IFS= read -r file; do
  if [ -n "$file" ]; then arguments+=(--var-file "$file"); fi
done <<< "$VAR_FILES"

base="${BASE:-$QUEUE_BASE}"
if [ -z "$base" ] && [ -n "$PULL_BASE" ]; then
  base="$PULL_BASE"
  # A clone with two commits has no more than the pull request's merge commit and its parents: the first is the base. That
  # this is GitHub's merge and not a commit of the pull request is told by the second, which is the pull request's head.
  if ! git cat-file -e "$base^{commit}" 2> /dev/null; then
    if [ "$(git rev-parse --quiet --verify 'HEAD^2' 2> /dev/null)" = "$PULL_HEAD" ]; then
      base="$(git rev-parse --quiet --verify 'HEAD^1' 2> /dev/null || echo "$base")"
    fi
  fi
fi
if [ -n "$base" ]; then
  arguments+=(--base "$base")
  if switch only-new "$ONLY_NEW"; then arguments+=(--only-new); fi
elif switch only-new "$ONLY_NEW"; then
  echo "::notice title=policypack::only-new has no meaning without a pull request or the input base: all findings are reported"
fi

paths=()
while IFS= read -r path; do
  if [ -n "$path" ]; then paths+=("$path"); fi
done <<< "$PATHS"

program="$TOOL/bin/policypack"
if [ ! -e "$program" ]; then program="$TOOL/Scripts/policypack"; fi
code=0
"$program" scan "${arguments[@]}" -- ${paths[@]+"${paths[@]}"} || code=$?
if [ "$code" -gt 1 ]; then echo "::error title=policypack::not everything could be judged: the log of this step says why"; fi
# A result that is missing closes its alert as fixed: where not everything was judged, there is nothing to upload.
if [ "$code" -gt 1 ]; then SARIF=""; fi
printf 'code=%s\nsarif=%s\n' "$code" "$SARIF" >> "$GITHUB_OUTPUT"
