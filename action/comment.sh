# shellcheck shell=bash
# The action's comment: written once, brought up to date after that. Whatever goes wrong here is said and fails nothing:
# annotations and job summary have all that the comment has.

say() {
  echo "::notice title=policypack::no comment was written: $1. The job summary has what it would say"
  exit 0
}

comment="$TEMPORARY/policypack-comment.md"
if [ ! -s "$comment" ]; then say "the scan ended without a report"; fi
if [ "$HEAD_REPOSITORY" != "$GITHUB_REPOSITORY" ]; then say "the pull request comes from a fork, whose runs may only read"; fi
case "$NAME" in
  *[!A-Za-z0-9._/-]*) say "comment-name holds more than letters, digits and . _ / -" ;;
esac
if ! command -v gh > /dev/null; then say "the program gh is not on this runner"; fi

if [ -n "$NAME" ]; then mark="<!-- policypack/$NAME -->"; else mark='<!-- policypack -->'; fi
body="$TEMPORARY/policypack-body.md"
{
  if [ -n "$NAME" ]; then echo "$mark"; fi
  cat -- "$comment"
  printf '\n<sub>For commit %s. [The run](%s/%s/actions/runs/%s) has all findings in its summary.</sub>\n' \
    "${HEAD_COMMIT:0:12}" "$GITHUB_SERVER_URL" "$GITHUB_REPOSITORY" "$GITHUB_RUN_ID"
} > "$body"

export GH_HOST="${GITHUB_SERVER_URL#*://}"
# Anybody may write a comment that begins like ours: only one of a bot, or of somebody with rights here, is taken for it.
ours=".[] | select((.body // \"\") | startswith(\"$mark\")) | select(.user.type == \"Bot\" or .author_association == \"OWNER\"
  or .author_association == \"MEMBER\" or .author_association == \"COLLABORATOR\") | .id"
comments="repos/$GITHUB_REPOSITORY/issues/$PULL/comments"
found="$(gh api --paginate "$comments?per_page=100" --jq "$ours")" || say "the comments cannot be read"
read -r id <<< "$found" || true
if [ -n "$id" ]; then
  gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" -F "body=@$body" ||
    say "it may not be changed (permissions: pull-requests: write)"
elif [ "$CODE" != 0 ] || [ "${FINDINGS:-0}" != 0 ] || [ "${POWERS:-0}" != 0 ]; then
  gh api --silent --method POST "$comments" -F "body=@$body" || say "it may not be written (permissions: pull-requests: write)"
fi
