"""File systems as Linux names them."""

ON_THE_NETWORK = frozenset(
    (
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "9p", "davfs", "glusterfs", "lustre"),
        *("vboxsf", "prl_fs", "fuse.vmhgfs-fuse", "fuse.sshfs", "fuse.rclone", "fuse.glusterfs", "fuse.davfs"),
        *("fuse.s3fs", "fuse.gvfsd-fuse"),
    )
)
"""Others may change files there without Linux hearing of it, and one whose server went away lets whoever looks wait."""
