# shellcheck shell=bash disable=SC2153 # what is written in capitals is set by the action
# The action's upload to code scanning. What goes wrong here is said and fails nothing: the verdict is the scan's.

say() {
  echo "::warning title=policypack::code scanning was given nothing: $1. Annotations and job summary have what was found"
  exit 0
}

# An alert whose result is missing is closed as fixed, so that only a scan of everything may be given.
if [ "$CODE" != 0 ] && [ "$CODE" != 1 ]; then say "not everything could be judged, and what is missing would pass for fixed"; fi
case "$NAME" in
  *[!A-Za-z0-9._/-]*) say "comment-name holds more than letters, digits and . _ / -" ;;
esac
if ! command -v gh > /dev/null; then say "the program gh is not on this runner"; fi

# What was scanned is what is checked out: GitHub's merge of a pull request, or its head.
commit="$(git rev-parse --verify HEAD 2> /dev/null)" || say "there is no commit here"
if [ "$commit" = "$GITHUB_SHA" ]; then
  ref="$GITHUB_REF"
elif [ -n "$PULL" ] && [ "$commit" = "$PULL_HEAD" ]; then
  ref="refs/pull/$PULL/head"
else
  say "what is checked out is not the commit of this run"
fi
case "$ref" in
  refs/heads/* | refs/pull/*) ;;
  *) say "it takes branches and pull requests, and this is $ref" ;;
esac

# Analyses of one name replace each other, so that jobs with comments of their own have analyses of their own.
packed="$TEMPORARY/policypack-upload"
sed "s|^\"automationDetails\":{\"id\":\"policypack/\"},\$|\"automationDetails\":{\"id\":\"policypack/${NAME:+$NAME/}\"},|" \
  < "$SARIF" | gzip -c | base64 | tr -d '\n' > "$packed" || say "the file cannot be packed"
export GH_HOST="${GITHUB_SERVER_URL#*://}"
gh api --silent --method POST "repos/$GITHUB_REPOSITORY/code-scanning/sarifs" \
  -f "commit_sha=$commit" -f "ref=$ref" -f tool_name=policypack -F "sarif=@$packed" ||
  say "it refused (permissions: security-events: write; a private repository needs GitHub Code Security)"
