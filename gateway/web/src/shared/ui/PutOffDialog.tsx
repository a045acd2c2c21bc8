import { Modal } from '@mantine/core';
import { PlanTime } from './PlanTime';

interface PutOffDialogProps {
  /** «Отложить». */
  action: string;
  onChoose: (until: string) => void;
  onClose: () => void;
}

/** «Отложить до…»: any time of one's own clocks. */
export default function PutOffDialog({ action, onChoose, onClose }: PutOffDialogProps) {
  return (
    <Modal opened onClose={onClose} title="Отложить до…" size={400}>
      <PlanTime
        isOwn
        action={action}
        onChoose={(until) => {
          onClose();
          onChoose(until);
        }}
      />
    </Modal>
  );
}
