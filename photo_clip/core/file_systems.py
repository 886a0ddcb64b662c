"""File systems as Linux names them, and what each says of a file."""

import errno

CLOSED = frozenset((errno.EACCES, errno.EPERM))
"""What the system says of a file that may not be read."""
OF_THE_FILE = frozenset((errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.EILSEQ, errno.EFBIG, errno.EOVERFLOW))
"""What the system says of a file, whatever drive it is on. All else is trouble of its drive: network file systems have
errors of their own."""
ON_THE_NETWORK = frozenset(
    (
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "9p", "davfs", "glusterfs", "lustre"),
        *("vboxsf", "prl_fs", "fuse.vmhgfs-fuse", "fuse.sshfs", "fuse.rclone", "fuse.glusterfs", "fuse.davfs"),
        *("fuse.s3fs", "fuse.gvfsd-fuse"),
    )
)
"""Others may change files there without Linux hearing of it, and one whose server went away lets whoever looks wait."""
