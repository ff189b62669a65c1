"""Repositories, their branches and files, and the caller: GitHub's REST endpoints for them."""

from __future__ import annotations

import base64
import time

from learn_demo.exchange import HTML, Answer, Call, RefusedError
from learn_demo.people import GHOST, JSON, full_repository, user, viewer
from learn_demo.state import Repo, node_id, sha

LIMIT = 5_000


def get_user(call: Call) -> Answer:
    """GET /user: whose token it is."""
    return Answer(200, viewer(call.api, call.login or GHOST))


def get_rate_limit(_call: Call) -> Answer:
    """GET /rate_limit."""
    left = {'limit': LIMIT, 'remaining': LIMIT - 1, 'used': 1, 'reset': int(time.time()) + 3600}
    resources = {'core': left, 'search': left, 'graphql': left}
    return Answer(200, {'resources': resources, 'rate': left})


def get_repo(call: Call) -> Answer:
    """GET /repos/{owner}/{repo}."""
    return Answer(200, full_repository(call.api, call.repo()))


def get_branch(call: Call) -> Answer:
    """GET /repos/{owner}/{repo}/branches/{branch}."""
    repo, branch = call.repo(), call.words['branch']
    if not repo.has_branch(branch):
        raise RefusedError(404, 'Branch not found')
    url = f'{call.api}/repos/{repo.full_name}/branches/{branch}'
    html = f'{HTML}/{repo.full_name}/tree/{branch}'
    value = {
        'name': branch,
        'commit': _commit(call.api, repo, sha(repo.full_name, branch)),
        '_links': {'self': url, 'html': html},
        'protected': False,
        'protection': {'enabled': False},
        'protection_url': f'{url}/protection',
    }
    return Answer(200, value)


def _commit(api: str, repo: Repo, commit: str) -> JSON:
    url = f'{api}/repos/{repo.full_name}/commits/{commit}'
    git = f'{api}/repos/{repo.full_name}/git'
    who = {'name': repo.owner, 'email': f'{repo.owner}@users.noreply.github.com'}
    person = {**who, 'date': repo.created_at}
    return {
        'sha': commit,
        'node_id': node_id('C', repo.full_name, commit),
        'url': url,
        'html_url': f'{HTML}/{repo.full_name}/commit/{commit}',
        'comments_url': f'{url}/comments',
        'commit': {
            'author': person,
            'committer': person,
            'message': 'A commit',
            'tree': {'sha': sha(commit), 'url': f'{git}/trees/{sha(commit)}'},
            'url': f'{git}/commits/{commit}',
            'comment_count': 0,
        },
        'author': user(api, repo.owner),
        'committer': user(api, repo.owner),
        'parents': [],
    }


def get_contents(call: Call) -> Answer:
    """GET a file of a branch, in base64 with a newline every 60 characters."""
    repo, path = call.repo(), call.words['path']
    ref = call.query.get('ref', repo.default_branch).removeprefix('refs/heads/')
    if not repo.has_branch(ref):
        raise RefusedError(404, f'No commit found for the ref {ref}')
    text = repo.files.get((ref, path))
    if text is None:
        raise RefusedError(404, 'Not Found')
    coded = base64.b64encode(text.encode()).decode()
    url = f'{call.api}/repos/{repo.full_name}/contents/{path}?ref={ref}'
    git = f'{call.api}/repos/{repo.full_name}/git/blobs/{sha(text)}'
    html = f'{HTML}/{repo.full_name}/blob/{ref}/{path}'
    value = {
        'type': 'file',
        'encoding': 'base64',
        'size': len(text.encode()),
        'name': path.rsplit('/', 1)[-1],
        'path': path,
        'content': ''.join(f'{coded[at : at + 60]}\n' for at in range(0, len(coded), 60)),
        'sha': sha(text),
        'url': url,
        'git_url': git,
        'html_url': html,
        'download_url': f'https://raw.githubusercontent.com/{repo.full_name}/{ref}/{path}',
        '_links': {'self': url, 'git': git, 'html': html},
    }
    return Answer(200, value)
