@head.sh@
learn_refs=$(PATH=/usr/bin:/bin${PATH:+:$PATH}; cat 2>/dev/null; echo .)
learn_refs=${learn_refs%.}
if [ -x "$learn_earlier" ] && [ "$0" != "$learn_earlier" ]; then
  printf %s "$learn_refs" 2>/dev/null | "$learn_earlier" "$@" || exit
fi
@switches.sh@
may_be_a_plan() {
  head=
  case $learn_refs in *"HEAD "*) [ -f "$folder/HEAD" ] && read -r head <"$folder/HEAD" ;; esac
  case $head in *.invalid) head=$(git symbolic-ref --quiet HEAD 2>/dev/null) ;; esac
  case "$learn_refs $head" in
    *refs/heads/[Pp][0-9]*-*|*refs/heads/[0-9]*-*|@globs@) return 0 ;;
  esac
  for tree in ./.git "$common" "$common"/worktrees/*/gitdir; do
    [ -f "$tree" ] && [ "${tree##*/}" = gitdir ] && read -r tree <"$tree"
    tree=${tree%/.git}
    for file in @references@; do
      [ -f "$file" ] && return 0
    done
  done
  settings=$(git config --get-regexp '^(branch\..*\.learn-issue|learn-hook\.branches)$' 2>/dev/null) || return 1
  case $settings in *.learn-issue*) return 0 ;; esac
  set -f
  IFS='
'
  for glob in $settings; do
    case "$learn_refs $head" in *refs/heads/${glob#* }*) return 0 ;; esac
  done
  return 1
}
@whether.sh@
config=$(git @question@ '@switches@' 2>/dev/null | @from_sh@)
printf %s "$learn_refs" 2>/dev/null | "$learn_python" -I -S -c 'import sys; sys.path.insert(0, sys.argv.pop(1))
from hooks.pre_push import native; native()' "$learn_home" "$PPID" "$config" "$@" ||
@tail.sh@
