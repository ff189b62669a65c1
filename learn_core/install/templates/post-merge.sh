@head.sh@
if [ -x "$learn_earlier" ] && [ "$0" != "$learn_earlier" ]; then
  "$learn_earlier" "$@" || exit
fi
@switches.sh@
shas=
may_be_a_plan() {
  case "$GIT_REFLOG_ACTION" in 'merge '*|'pull '*' '*) ;; *)
    case $(git log --format=%s --max-count=1000 ORIG_HEAD..HEAD 2>/dev/null) in
      *"Merge branch"*|*"Merge remote-tracking"*|*"Merge pull request #"*|*'(#'[0-9]*')'*) ;;
      *) return 1 ;;
    esac
  esac
  shas=$(git rev-parse ORIG_HEAD HEAD 2>/dev/null) || shas=
  [ "$shas" ]
}
@whether.sh@
"$learn_python" -I -S -c 'import sys; sys.path.insert(0, sys.argv.pop(1))
from hooks.post_merge import native; native()' "$learn_home" "$PPID" $shas ||
@tail.sh@
