using ImageSdk.DiskImages.Unpacking;
using ImageSdk.DiskImages.Volumes;
using ImageSdk.Posix;

namespace ImageSdk.DiskImages.Tests;

/// <summary>What a file system of the machine makes of entries that it cannot hold.</summary>
public class TreeWriterTests
{
    [Fact]
    public void An_attribute_that_is_too_large_for_the_file_system_is_one_error()
    {
        // ext4, which is below the usual directory for temporary files, says of it that no space is left.
        var folder = Directory.CreateTempSubdirectory("imagesdk attribute ü ").FullName;
        try
        {
            using var root = DirectoryHandle.Open(folder);
            using var writer = new TreeWriter(root);
            SourceEntry Entry(string name, int length) => new([.. System.Text.Encoding.UTF8.GetBytes(name)], FileKind.Regular, 0x1A4, Processes.UserId, Processes.UserId, new(0, 0))
            {
                Attributes = [("user.large", new byte[length])],
            };
            writer.Add(Entry("small", 1000));
            try
            {
                writer.Add(Entry("large", 60_000));
                writer.Finish();
                Assert.Contains("user.large", SampleTree.Run("getfattr", "--absolute-names", Path.Combine(folder, "large")), StringComparison.Ordinal);
            }
            catch (DiskImageException problem)
            {
                Assert.Contains("its entry large has the extended attribute user.large of 60000 bytes, more than the file system of the build cache takes", problem.Message, StringComparison.Ordinal);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
