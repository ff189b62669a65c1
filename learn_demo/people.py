"""Users and repositories as GitHub's REST endpoints describe them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn_demo.exchange import HTML
from learn_demo.state import node_id, sha

if TYPE_CHECKING:
    from learn_demo.state import Repo

JSON = dict[str, object]

GHOST = 'ghost'  # GitHub's REST answers show this user in place of a deleted one

_USER_LINKS = {
    'events_url': 'events{/privacy}',
    'followers_url': 'followers',
    'following_url': 'following{/other_user}',
    'gists_url': 'gists{/gist_id}',
    'organizations_url': 'orgs',
    'received_events_url': 'received_events',
    'repos_url': 'repos',
    'starred_url': 'starred{/owner}{/repo}',
    'subscriptions_url': 'subscriptions',
}

_REPO_LINKS = {
    'archive_url': '{archive_format}{/ref}',
    'assignees_url': 'assignees{/user}',
    'blobs_url': 'git/blobs{/sha}',
    'branches_url': 'branches{/branch}',
    'collaborators_url': 'collaborators{/collaborator}',
    'comments_url': 'comments{/number}',
    'commits_url': 'commits{/sha}',
    'compare_url': 'compare/{base}...{head}',
    'contents_url': 'contents/{+path}',
    'contributors_url': 'contributors',
    'deployments_url': 'deployments',
    'downloads_url': 'downloads',
    'events_url': 'events',
    'forks_url': 'forks',
    'git_commits_url': 'git/commits{/sha}',
    'git_refs_url': 'git/refs{/sha}',
    'git_tags_url': 'git/tags{/sha}',
    'hooks_url': 'hooks',
    'issue_comment_url': 'issues/comments{/number}',
    'issue_events_url': 'issues/events{/number}',
    'issues_url': 'issues{/number}',
    'keys_url': 'keys{/key_id}',
    'labels_url': 'labels{/name}',
    'languages_url': 'languages',
    'merges_url': 'merges',
    'milestones_url': 'milestones{/number}',
    'notifications_url': 'notifications{?since,all,participating}',
    'pulls_url': 'pulls{/number}',
    'releases_url': 'releases{/id}',
    'stargazers_url': 'stargazers',
    'statuses_url': 'statuses/{sha}',
    'subscribers_url': 'subscribers',
    'subscription_url': 'subscription',
    'tags_url': 'tags',
    'teams_url': 'teams',
    'trees_url': 'git/trees{/sha}',
}


def user_id(login: str) -> int:
    """The number of a user."""
    return 10137 if login == GHOST else int(sha(login)[:7], 16)


def user(api: str, author: str | None) -> JSON:
    """`simple-user`; a deleted author is the ghost."""
    login = author or GHOST
    url = f'{api}/users/{login}'
    return {
        'login': login,
        'id': user_id(login),
        'node_id': node_id('U', login),
        'avatar_url': f'https://avatars.githubusercontent.com/u/{user_id(login)}?v=4',
        'gravatar_id': '',
        'url': url,
        'html_url': f'{HTML}/{login}',
        **{key: f'{url}/{rest}' for key, rest in _USER_LINKS.items()},
        'type': 'Bot' if login.endswith('[bot]') else 'User',
        'site_admin': False,
        'user_view_type': 'public',
    }


def repository(api: str, repo: Repo) -> JSON:
    """`minimal-repository`, as workflow runs hold it."""
    url = f'{api}/repos/{repo.full_name}'
    return {
        'id': repo.id,
        'node_id': node_id('R', repo.full_name),
        'name': repo.name,
        'full_name': repo.full_name,
        'owner': user(api, repo.owner),
        'private': repo.private,
        'html_url': f'{HTML}/{repo.full_name}',
        'description': None,
        'fork': False,
        'url': url,
        **{key: f'{url}/{rest}' for key, rest in _REPO_LINKS.items()},
    }
