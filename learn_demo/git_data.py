"""Git's own objects in a repository: blobs, trees, commits and refs, by GitHub's REST endpoints.

Objects have the names that git gives them, so the same content is one object.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Any

from learn_demo.exchange import HTML, Answer, Call, RefusedError
from learn_demo.state import GitObject, Repo, node_id

if TYPE_CHECKING:
    from learn_demo.people import JSON

_MAY_WRITE = ('WRITE', 'MAINTAIN', 'ADMIN')


def create_blob(call: Call) -> Answer:
    """POST a blob."""
    repo = _written(call)
    content = call.text('content')
    is_text = call.json.get('encoding', 'utf-8') == 'utf-8'
    sha = _keep(repo, 'blob', content.encode() if is_text else base64.b64decode(content))
    return Answer(201, {'sha': sha, 'url': f'{_url(call, repo)}/blobs/{sha}'})


def create_tree(call: Call) -> Answer:
    """POST a tree of files, each with its content or the name of a blob."""
    repo = _written(call)
    given = call.json.get('tree')
    entries: dict[str, str] = {}
    for entry in given if isinstance(given, list) else []:
        if 'content' in entry:
            sha = _keep(repo, 'blob', str(entry['content']).encode())
        else:
            sha = str(entry.get('sha'))
            _object(repo, 'blob', sha, RefusedError(422, 'tree.sha is not a valid blob'))
        entries[str(entry['path'])] = sha
    content = b''.join(
        f'100644 {path}\0'.encode() + bytes.fromhex(sha) for path, sha in sorted(entries.items())
    )
    sha = _keep(repo, 'tree', content, entries=entries)
    return Answer(201, _tree_json(call, repo, sha))


def create_commit(call: Call) -> Answer:
    """POST a commit."""
    repo = _written(call)
    tree, message, parents = call.text('tree'), call.text('message'), call.json.get('parents', [])
    _object(repo, 'tree', tree, RefusedError(422, 'Tree SHA does not exist'))
    people = {role: call.json[role] for role in ('author', 'committer')}
    lines = [f'tree {tree}']
    lines += [f'parent {parent}' for parent in parents] if isinstance(parents, list) else []
    lines += [f'{role} {_signature(who)}' for role, who in people.items()]
    content = '\n'.join([*lines, '', message]).encode()
    about = {'tree': tree, 'message': message, **people}
    sha = _keep(repo, 'commit', content, entries=about)
    return Answer(201, _commit_json(call, repo, sha))


def create_ref(call: Call) -> Answer:
    """POST a ref by its whole name."""
    repo = _written(call)
    ref, sha = call.text('ref'), call.text('sha')
    if ref in repo.refs:
        raise RefusedError(422, 'Reference already exists')
    if not ref.startswith('refs/') or ref.count('/') < 2:
        raise RefusedError(422, 'Reference name must start with refs/ and have two slashes')
    _point(repo, ref, sha)
    return Answer(201, _ref_json(call, repo, ref))


def update_ref(call: Call) -> Answer:
    """PATCH a ref; without `force` only to a descendant, of which there are none here."""
    repo, ref = _written(call), f'refs/{call.words["ref"]}'
    if ref not in repo.refs:
        raise RefusedError(422, 'Reference does not exist')
    if call.json.get('force') is not True:
        raise RefusedError(422, 'Update is not a fast forward')
    _point(repo, ref, call.text('sha'))
    return Answer(200, _ref_json(call, repo, ref))


def delete_ref(call: Call) -> Answer:
    """DELETE a ref."""
    if _written(call).refs.pop(f'refs/{call.words["ref"]}', None) is None:
        raise RefusedError(422, 'Reference does not exist')
    return Answer(204)


def get_ref(call: Call) -> Answer:
    """GET one ref by its name without `refs/`."""
    repo, ref = call.repo(), f'refs/{call.words["ref"]}'
    if ref not in repo.refs:
        raise RefusedError(404, 'Not Found')
    return Answer(200, _ref_json(call, repo, ref))


def matching_refs(call: Call) -> Answer:
    """GET all refs whose names begin with these words."""
    repo, beginning = call.repo(), f'refs/{call.words["ref"]}'
    found = [ref for ref in sorted(repo.refs) if ref.startswith(beginning)]
    return Answer(200, [_ref_json(call, repo, ref) for ref in found])


def get_commit(call: Call) -> Answer:
    """GET a commit."""
    return Answer(200, _commit_json(call, call.repo(), call.words['sha']))


def get_tree(call: Call) -> Answer:
    """GET a tree."""
    return Answer(200, _tree_json(call, call.repo(), call.words['sha']))


def get_blob(call: Call) -> Answer:
    """GET a blob in base64."""
    repo, sha = call.repo(), call.words['sha']
    content = _object(repo, 'blob', sha).content
    value = {
        'sha': sha,
        'node_id': node_id('B', sha),
        'size': len(content),
        'url': f'{_url(call, repo)}/blobs/{sha}',
        'content': base64.encodebytes(content).decode(),
        'encoding': 'base64',
    }
    return Answer(200, value)


def _written(call: Call) -> Repo:
    """The repository of the path, which the token may write."""
    repo = call.repo()
    if 'repo' not in call.scopes:
        raise RefusedError(404, 'Not Found')
    if repo.permission not in _MAY_WRITE:
        raise RefusedError(403, 'Resource not accessible by personal access token')
    return repo


def _url(call: Call, repo: Repo) -> str:
    return f'{call.api}/repos/{repo.full_name}/git'


def _keep(repo: Repo, kind: str, content: bytes, *, entries: object = None) -> str:
    header = f'{kind} {len(content)}\0'.encode()
    sha = hashlib.sha1(header + content, usedforsecurity=False).hexdigest()
    about = entries if isinstance(entries, dict) else {}
    repo.objects[sha] = GitObject(kind=kind, content=content, about=about)
    return sha


def _object(repo: Repo, kind: str, sha: str, refusal: RefusedError | None = None) -> GitObject:
    found = repo.objects.get(sha)
    if found is None or found.kind != kind:
        raise refusal or RefusedError(404, 'Not Found')
    return found


def _point(repo: Repo, ref: str, sha: str) -> None:
    if sha not in repo.objects:
        raise RefusedError(422, 'Object does not exist')
    repo.refs[ref] = sha


def _signature(who: Any) -> str:
    seconds = datetime.fromisoformat(str(who['date']).replace('Z', '+00:00')).timestamp()
    return f'{who["name"]} <{who["email"]}> {seconds:.0f} +0000'


def _ref_json(call: Call, repo: Repo, ref: str) -> JSON:
    sha = repo.refs[ref]
    target = {'type': 'commit', 'sha': sha, 'url': f'{_url(call, repo)}/commits/{sha}'}
    return {
        'ref': ref,
        'node_id': node_id('REF', repo.full_name, ref),
        'url': f'{_url(call, repo)}/{ref}',
        'object': target,
    }


def _commit_json(call: Call, repo: Repo, sha: str) -> JSON:
    about = _object(repo, 'commit', sha).about
    return {
        'sha': sha,
        'node_id': node_id('C', sha),
        'url': f'{_url(call, repo)}/commits/{sha}',
        'html_url': f'{HTML}/{repo.full_name}/commit/{sha}',
        'author': about['author'],
        'committer': about['committer'],
        'message': about['message'],
        'tree': {'sha': about['tree'], 'url': f'{_url(call, repo)}/trees/{about["tree"]}'},
        'parents': [],
        'verification': {
            'verified': False,
            'reason': 'unsigned',
            'signature': None,
            'payload': None,
            'verified_at': None,
        },
    }


def _tree_json(call: Call, repo: Repo, sha: str) -> JSON:
    entries = [
        {
            'path': path,
            'mode': '100644',
            'type': 'blob',
            'sha': blob,
            'size': len(repo.objects[str(blob)].content),
            'url': f'{_url(call, repo)}/blobs/{blob}',
        }
        for path, blob in sorted(_object(repo, 'tree', sha).about.items())
    ]
    url = f'{_url(call, repo)}/trees/{sha}'
    return {'sha': sha, 'url': url, 'tree': entries, 'truncated': False}
