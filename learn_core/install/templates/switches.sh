case $LEARN_HOOK:$CI in 0:*) exit 0 ;; 1:*|*:|*:0|*:false) ;; *) exit 0 ;; esac
PATH=${PATH:+$PATH:}/usr/bin:/bin; export PATH
folder=${GIT_DIR:-.git}
[ -f "$folder" ] && read -r _ folder <"$folder"
common=$folder
[ -f "$folder/commondir" ] && read -r common <"$folder/commondir" && case "$common" in
  /*) ;; *) common=$folder/$common ;; esac
