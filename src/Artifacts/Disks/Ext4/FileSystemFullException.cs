namespace ImageSdk.Artifacts.Disks.Ext4;

/// <summary>The tree does not fit into the file system.</summary>
/// <param name="what">What there is too little of: blocks or inodes.</param>
sealed class FileSystemFullException(string what) : Exception($"The file system has no {what} left.");
