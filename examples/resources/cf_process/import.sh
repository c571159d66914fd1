# By app and type, which stay the same in a rolling deployment:
terraform import cf_process.web a9900000-0000-4000-8000-000000000001/web

# By the GUID of the process:
terraform import cf_process.worker 9c0ce550-0000-4000-8000-000000000002
